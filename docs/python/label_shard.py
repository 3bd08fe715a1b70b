"""Labels a WebDataset shard with an ONNX teacher in Python, for `taustream labels import`.

    python label_shard.py SHARD.tar TEACHER.onnx POLICY SIZE SEED VIEWS CLASSES OUTPUT.parquet

POLICY is `none` or `pad-crop-flip`, SEED is `view.seed` (or `seed`) of the configuration, VIEWS is
`view.count`. The images are SIZE x SIZE already; the teacher takes NCHW, RGB, normalised as ImageNet's are.
"""

import hashlib
import io
import json
import os
import sys
import tarfile

import numpy as np
import onnxruntime
import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

MASK = (1 << 64) - 1
PAD = 4
BATCH = 64
MEAN = np.array([0.485, 0.456, 0.406], np.float32)
DEVIATION = np.array([0.229, 0.224, 0.225], np.float32)


def bits(seed, counter):
    """SplitMix64's output function over a seed and a counter."""
    z = (seed + (counter + 1) * 0x9E3779B97F4A7C15) & MASK
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9 & MASK
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB & MASK
    return z ^ (z >> 31)


def uniform(seed, counter):
    return (bits(seed, counter) >> 11) * 2.0**-53


def view_seed(seed, key, view):
    """What the random numbers of a view follow from; `seed` is 0 under the policy `none`."""
    fnv = 0xCBF29CE484222325
    for byte in key.encode():
        fnv = (fnv ^ byte) * 0x100000001B3 & MASK
    return bits(bits(seed & MASK, fnv), view)


def pad_crop_flip(image, seed):
    size = image.shape[0]
    left, top = (int(uniform(seed, i) * (2 * PAD + 1)) for i in (0, 1))
    padded = np.pad(image, ((PAD, PAD), (PAD, PAD), (0, 0)))
    window = padded[top : top + size, left : left + size]
    return window[:, ::-1] if uniform(seed, 2) < 0.5 else window


def samples(shard):
    """Key, class and pixels of each sample, in the shard's order."""
    found = {}
    with tarfile.open(shard) as tar:
        for member in tar:
            key, _, extension = member.name.partition(".")
            data = tar.extractfile(member).read()
            if extension in ("png", "jpg", "jpeg"):
                found.setdefault(key, {})["pixels"] = np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))
            elif extension == "cls":
                found.setdefault(key, {})["label"] = int(data)
    for key, sample in found.items():
        yield key, sample.get("label", -1), sample["pixels"]


def batches(shard, policy, seed, views):
    """Rows without their logits but with what the teacher is shown; within a view in shard order."""
    rows = []
    for view in range(views):
        for ordinal, (key, label, pixels) in enumerate(samples(shard)):
            random = view_seed(seed, key, view)
            rows.append(
                {
                    "key": key,
                    "ordinal": ordinal,
                    "label": label,
                    "view": view,
                    "view_seed": random - (1 << 64) if random >> 63 else random,
                    "shown": pad_crop_flip(pixels, random) if policy == "pad-crop-flip" else pixels,
                }
            )
            if len(rows) == BATCH:
                yield rows
                rows = []
    if rows:
        yield rows


def main(shard, model, policy, size, seed, views, classes, output):
    size, seed, views, classes = int(size), int(seed), int(views), int(classes)
    seed = 0 if policy == "none" else seed
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    view = '{"policy":"%s","size":%d,"seed":%d}' % (policy, size, seed)
    metadata = {
        "taustream.format": "1",
        "taustream.shard": json.dumps({"name": os.path.basename(shard), "size": os.path.getsize(shard)}),
        "taustream.view_id": policy + "-" + hashlib.sha256(view.encode()).hexdigest()[:12],
        "taustream.views": str(views),
        "taustream.classes": str(classes),
    }
    integers = [(name, pa.int64()) for name in ("ordinal", "label", "view", "view_seed")]
    schema = pa.schema(
        [("key", pa.string()), *integers, ("logits", pa.list_(pa.float32(), classes))], metadata=metadata
    )
    with pq.ParquetWriter(output, schema) as writer:
        for rows in batches(shard, policy, seed, views):
            images = np.stack([(row.pop("shown") / np.float32(255) - MEAN) / DEVIATION for row in rows])
            (logits,) = session.run(None, {session.get_inputs()[0].name: images.transpose(0, 3, 1, 2)})
            for row, of in zip(rows, logits):
                row["logits"] = of
            writer.write_batch(pa.RecordBatch.from_pylist(rows, schema))


if __name__ == "__main__":
    main(*sys.argv[1:])
