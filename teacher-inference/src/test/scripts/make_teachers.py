"""Makes src/test/resources/teachers: small models as today's exporters write them, with expected outputs.

    python make_teachers.py torch       # needs torch timm onnxscript onnx onnxruntime
    python make_teachers.py sklearn     # needs scikit-learn skl2onnx
    python make_teachers.py keras       # needs tensorflow-cpu tf2onnx
    python make_teachers.py jax         # needs jax jax2onnx

Weights are random (scikit-learn: fitted), seeds fixed. expected.json says for each file what the
framework itself, not ONNX, gives for the images of `images()`; the quantised model's come from ONNX
Runtime, since no framework computes them. Run with torch 2.15.0, timm 1.0.31, onnxscript 0.7.2,
onnx 1.23.2, onnxruntime 1.32.0, scikit-learn 1.9.1, skl2onnx 1.20.0, tensorflow 2.21.0,
keras 3.15.1, tf2onnx 1.17.0, jax 0.10.2 and jax2onnx 0.17.1 on Python 3.11.
"""

import json
import pathlib
import sys

import numpy as np

FOLDER = pathlib.Path(__file__).parent.parent / "resources" / "teachers"
ROWS = 5
CLASSES = 7
MEAN = np.array([0.485, 0.456, 0.406])
DEVIATION = np.array([0.229, 0.224, 0.225])


def images(size):
    """ROWS images of size x size x 3 bytes; ExportedTeachersTest makes the same."""
    n, y, x, c = np.meshgrid(
        np.arange(ROWS), np.arange(size), np.arange(size), np.arange(3), indexing="ij")
    return ((31 * y * (n + 1) + 17 * x * (c + 1) + x * y + 53 * n + 101 * c) % 256).astype(np.uint8)


def grey(rgb):
    """As Pillow's convert("L") rounds."""
    r, g, b = (rgb[..., c].astype(np.int64) for c in range(3))
    return ((19595 * r + 38470 * g + 7471 * b + 0x8000) >> 16).astype(np.uint8)


def normalised(size):
    return ((images(size) / 255 - MEAN) / DEVIATION).astype(np.float32)


def record(file, source, values):
    """Notes what the framework gives for a file's images, as float32 values."""
    path = FOLDER / "expected.json"
    expected = json.loads(path.read_text()) if path.exists() else {}
    rows = [[float("%.7g" % v) for v in row] for row in np.asarray(values, np.float32).tolist()]
    expected[file] = {"source": source, "values": rows}
    lines = [f"  {json.dumps(name)}: {json.dumps(expected[name])}" for name in sorted(expected)]
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n")
    print(file, (FOLDER / file).stat().st_size, rows[0])


def card(file, text):
    (FOLDER / file).with_suffix(".yaml").write_text(text)


# ---------------------------------------------------------------- PyTorch


def make_torch():
    import onnx
    import timm
    import torch
    from timm.models.convnext import ConvNeXt
    from timm.models.efficientnet import _gen_efficientnet
    from timm.models.vision_transformer import VisionTransformer
    from torch import nn

    source = f"torch {torch.__version__}, timm {timm.__version__}"
    batch = torch.export.Dim("batch")

    def ready(model, size):
        """Running statistics and norms that are not the identity, logits that are not all near 0."""
        generator = torch.Generator().manual_seed(1)
        for name, parameter in model.named_parameters():
            with torch.no_grad():
                if parameter.ndim == 1:
                    parameter.add_(0.1 * torch.randn(parameter.shape, generator=generator))
                elif parameter.shape[0] == CLASSES:
                    parameter.mul_(20)
        model.train()
        with torch.no_grad():
            for _ in range(20):
                model(torch.randn(16, 3, size, size, generator=generator))
        return model.eval()

    def export(file, model, shape, dtype=torch.float32, fixed=False, outputs=("logits",), **options):
        torch.onnx.export(
            model, (torch.zeros(*shape, dtype=dtype),), str(FOLDER / file), dynamo=True,
            input_names=["input"], output_names=list(outputs),
            dynamic_shapes=None if fixed else ({0: batch},),
            **{"external_data": False, "verbose": False, **options})
        # Without what the exporter notes for its developers: stack traces, half of the file.
        proto = onnx.load(FOLDER / file, load_external_data=False)
        for part in (*proto.graph.node, *proto.graph.value_info, *proto.graph.initializer,
                     *proto.graph.input, *proto.graph.output, proto.graph):
            del part.metadata_props[:]
        (FOLDER / file).write_bytes(proto.SerializeToString())

    def expect(file, model, values):
        with torch.no_grad():
            out = model(torch.from_numpy(np.ascontiguousarray(values)))
        record(file, source, out.float().numpy())

    nchw = normalised(32).transpose(0, 3, 1, 2)

    torch.manual_seed(2)
    vit = ready(
        VisionTransformer(img_size=32, patch_size=8, embed_dim=24, depth=2, num_heads=2,
                          num_classes=CLASSES, init_values=0.5), 32)
    export("vit.onnx", vit, (2, 3, 32, 32))
    expect("vit.onnx", vit, nchw)

    convnext = ready(
        ConvNeXt(depths=(1, 1, 1, 1), dims=(8, 12, 16, 24), num_classes=CLASSES,
                 ls_init_value=0.5, patch_size=2), 32)
    # Weights in convnext.onnx.data, as the exporter writes them unless told otherwise.
    export("convnext.onnx", convnext, (2, 3, 32, 32), external_data=True, opset_version=25)
    expect("convnext.onnx", convnext, nchw)

    efficientnet = ready(
        _gen_efficientnet("efficientnet_b0", channel_multiplier=0.1, depth_multiplier=0.1,
                          num_classes=CLASSES), 32)
    export("efficientnet-fixed2.onnx", efficientnet, (2, 3, 32, 32), fixed=True)
    expect("efficientnet-fixed2.onnx", efficientnet, nchw)

    class Small(nn.Module):
        """Ends without Flatten: its output is [N, C, 1, 1]."""

        def __init__(self, channels=3):
            super().__init__()
            self.body = nn.Sequential(
                nn.Conv2d(channels, 8, 3, 2, 1), nn.BatchNorm2d(8), nn.ReLU(),
                nn.Conv2d(8, 16, 3, 2, 1), nn.BatchNorm2d(16), nn.ReLU(),
                nn.Conv2d(16, CLASSES, 1), nn.AdaptiveAvgPool2d(1))

        def forward(self, x):
            return self.body(x)

    class Flat(nn.Module):
        def __init__(self, body):
            super().__init__()
            self.body = body

        def forward(self, x):
            return self.body(x).flatten(1)

    small = ready(Small(), 32)
    flat = Flat(small).eval()
    export("rank4.onnx", small, (2, 3, 32, 32))
    expect("rank4.onnx", flat, nchw)

    class BrainFloat(nn.Module):
        """Takes and gives bfloat16; computes in float32, for few CPUs do otherwise."""

        def forward(self, x):
            return flat(x.float()).bfloat16()

    export("bfloat16.onnx", BrainFloat().eval(), (2, 3, 32, 32), torch.bfloat16)
    with torch.no_grad():
        out = BrainFloat()(torch.from_numpy(np.ascontiguousarray(nchw)).bfloat16())
    record("bfloat16.onnx", source, out.float().numpy())

    class Half(nn.Module):
        def forward(self, x):
            return flat.half()(x)

    with torch.no_grad():
        out = Half()(torch.from_numpy(np.ascontiguousarray(nchw)).half())
    export("float16.onnx", Half().eval(), (2, 3, 32, 32), torch.float16)
    record("float16.onnx", source, out.float().numpy())
    flat.float()

    class Preprocessing(nn.Module):
        """Takes bytes as floats of 0 to 255."""

        def forward(self, x):
            mean = torch.tensor(MEAN, dtype=torch.float32).view(1, 3, 1, 1)
            deviation = torch.tensor(DEVIATION, dtype=torch.float32).view(1, 3, 1, 1)
            return torch.softmax(flat((x / 255 - mean) / deviation), 1)

    export("preprocessing.onnx", Preprocessing().eval(), (2, 3, 32, 32), outputs=("scores",))
    card("preprocessing.onnx", "range: 1\n")
    expect("preprocessing.onnx", Preprocessing().eval(),
           images(32).transpose(0, 3, 1, 2).astype(np.float32))

    torch.manual_seed(3)
    one = Small(1)
    one.train()
    with torch.no_grad():
        for _ in range(20):
            one(torch.randn(16, 1, 32, 32))
    one = Flat(one.eval()).eval()
    export("grey.onnx", one, (2, 1, 32, 32))
    card("grey.onnx", "mean: [0.5]\ndeviation: [0.25]\n")
    expect("grey.onnx", one,
           ((grey(images(32)) / 255 - 0.5) / 0.25).astype(np.float32)[:, None])

    quantise(flat, export, nchw)

    # The oldest operators: what an exporter of 2018 wrote.
    torch.onnx.export(
        flat, (torch.zeros(2, 3, 32, 32),), str(FOLDER / "opset7.onnx"), dynamo=False,
        opset_version=7, input_names=["input"], output_names=["logits"],
        dynamic_axes={"input": {0: "batch"}, "logits": {0: "batch"}})
    expect("opset7.onnx", flat, nchw)


def quantise(model, export, nchw):
    import onnxruntime
    from onnxruntime import quantization

    export("float.onnx", model, (2, 3, 32, 32))
    float_model = FOLDER / "float.onnx"

    class Calibration(quantization.CalibrationDataReader):
        def __init__(self):
            self.batches = iter([{"input": np.ascontiguousarray(nchw)}])

        def get_next(self):
            return next(self.batches, None)

    # Seven bits of weight: without VNNI the products of eight would saturate.
    quantization.quantize_static(
        str(float_model), str(FOLDER / "qdq.onnx"), Calibration(),
        quant_format=quantization.QuantFormat.QDQ, reduce_range=True)
    float_model.unlink()
    session = onnxruntime.InferenceSession(str(FOLDER / "qdq.onnx"))
    record("qdq.onnx", f"onnxruntime {onnxruntime.__version__}",
           session.run(None, {"input": np.ascontiguousarray(nchw)})[0])


# ---------------------------------------------------------------- scikit-learn


def make_sklearn():
    import sklearn
    from skl2onnx import to_onnx
    from sklearn.datasets import load_digits
    from sklearn.linear_model import LogisticRegression
    from sklearn.neural_network import MLPClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    source = f"scikit-learn {sklearn.__version__}"

    def export(file, model, row, **options):
        (FOLDER / file).write_bytes(
            to_onnx(model, row, options={id(model): options}).SerializeToString())

    random = np.random.default_rng(4)
    colours = random.random((200, 16 * 16 * 3), dtype=np.float32)
    labels = random.integers(0, CLASSES, 200)
    regression = LogisticRegression(C=0.01, max_iter=300).fit(colours, labels)
    rows = images(16).reshape(ROWS, -1).astype(np.float32) / 255
    export("logistic-regression.onnx", regression, colours[:1], zipmap=False)
    record("logistic-regression.onnx", source, regression.predict_proba(rows))
    digits, labels = load_digits(return_X_y=True)
    perceptron = make_pipeline(
        StandardScaler(), MLPClassifier((16,), random_state=5, max_iter=60))
    perceptron.fit(digits.astype(np.float32) / 16, labels)
    rows = grey(images(8)).reshape(ROWS, -1).astype(np.float32) / 255
    export("digits.onnx", perceptron, rows[:1], zipmap=False)
    record("digits.onnx", source, perceptron.predict_proba(rows))
    export("zipmap.onnx", perceptron, rows[:1])


# ---------------------------------------------------------------- Keras


def make_keras():
    import keras
    import tensorflow
    import tf2onnx

    layers = keras.layers
    source = f"keras {keras.__version__}"
    keras.utils.set_random_seed(6)
    wide = keras.initializers.RandomNormal(stddev=30, seed=7)
    model = keras.Sequential([
        keras.Input((32, 32, 3)),
        layers.Rescaling(1 / 127.5, offset=-1),
        layers.Conv2D(8, 3, strides=2, padding="same", use_bias=False),
        layers.BatchNormalization(), layers.ReLU(),
        layers.SeparableConv2D(16, 3, strides=2, padding="same", activation="swish"),
        layers.GlobalAveragePooling2D(),
        layers.Dense(CLASSES, activation="softmax", kernel_initializer=wide)])
    model.layers[2].set_weights([
        np.linspace(0.5, 1.5, 8), np.linspace(-0.2, 0.2, 8), np.linspace(-0.1, 0.1, 8),
        np.linspace(0.5, 1.0, 8)])
    pixels = images(32).astype(np.float32)

    values = model(pixels).numpy()
    model.export(str(FOLDER / "keras.onnx"), format="onnx", verbose=False)
    card("keras.onnx", "range: 1\n")
    record("keras.onnx", source, values)

    specification = (tensorflow.TensorSpec((3, 32, 32, 3), tensorflow.float32, name="images"),)
    logits = keras.Model(model.inputs[0], layers.Dense(CLASSES, kernel_initializer=wide)(model.layers[-2].output))
    function = tensorflow.function(lambda x: logits(x), input_signature=specification)
    tf2onnx.convert.from_function(
        function, specification, opset=18, output_path=str(FOLDER / "tf2onnx-fixed3.onnx"))
    card("tf2onnx-fixed3.onnx", "range: 1\n")
    record("tf2onnx-fixed3.onnx", source, logits(pixels).numpy())


# ---------------------------------------------------------------- JAX


def make_jax():
    import jax
    import jax.numpy as jnp
    import onnx
    from jax2onnx import to_onnx

    keys = jax.random.split(jax.random.key(8), 3)
    first = 0.3 * jax.random.normal(keys[0], (3, 3, 3, 8))
    second = 0.3 * jax.random.normal(keys[1], (3, 3, 8, 16))
    last = 3 * jax.random.normal(keys[2], (16, CLASSES))

    def convolution(x, kernel):
        return jax.lax.conv_general_dilated(
            x, kernel, (2, 2), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC"))

    def network(x):
        x = jax.nn.gelu(convolution(x, first))
        x = jax.nn.relu(convolution(x, second))
        return jnp.mean(x, (1, 2)) @ last

    onnx.save(to_onnx(network, [("B", 32, 32, 3)], opset=21), str(FOLDER / "jax.onnx"))
    record("jax.onnx", f"jax {jax.__version__}", network(normalised(32)))


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    makers = {"torch": make_torch, "sklearn": make_sklearn, "keras": make_keras, "jax": make_jax}
    makers[sys.argv[1]]()
