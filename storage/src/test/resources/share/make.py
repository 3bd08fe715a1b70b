"""Makes the Parquet files beside it, as Python programs write labels: python make.py (pyarrow 26).

Rows are those of io.taustream.storage.label.Labels with 3 samples, 2 views and 4 classes; the logit of class c of
sample o and view v is o + 10 v + c / 8.
"""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

SAMPLES, VIEWS, CLASSES = 3, 2, 4
METADATA = {
    "taustream.format": "1",
    "taustream.shard": '{"name": "train-0000.tar", "size": 12345}',
    "taustream.view_id": "pad-crop-flip-0123456789ab",
    "taustream.views": str(VIEWS),
    "taustream.classes": str(CLASSES),
}


def write(name, changed=None, **options):
    # Sample by sample, as a data loader gives them.
    places = [(o, v) for o in range(SAMPLES) for v in range(VIEWS)]
    columns = {
        "ordinal": pa.array([o for o, v in places]),
        "key": pa.array(["schlüssel/" + "x" * (o % 5) + str(o) for o, v in places]),
        "label": pa.array([o % 7 - 1 for o, v in places]),
        "view": pa.array([v for o, v in places]),
        "view_seed": pa.array([31 + o * 1009 + v for o, v in places]),
        "logits": pa.array([[o + 10 * v + c / 8 for c in range(CLASSES)] for o, v in places], pa.list_(pa.float32())),
        "ignored": pa.array(["x"] * len(places)),
    }
    columns.update(changed(columns) if changed else {})
    table = pa.table({k: c for k, c in columns.items() if c is not None}).replace_schema_metadata(METADATA)
    pq.write_table(table, name + ".parquet", **options)


def logits(dtype):
    return lambda columns: {"logits": columns["logits"].cast(dtype)}


def with_row(row, value):
    def change(columns):
        rows = columns["logits"].to_pylist()
        rows[row] = value
        return {"logits": pa.array(rows, pa.list_(pa.float32()))}

    return change


write("plain")
write("float16", logits(pa.list_(pa.float16(), CLASSES)), compression="zstd", row_group_size=4)
write("gzip", logits(pa.large_list(pa.float32())), compression="gzip", use_dictionary=False, data_page_version="2.0")
write("uncompressed", compression="none", version="1.0")
write("float64", logits(pa.list_(pa.float64())))
write("missing-value", with_row(4, [1, None, 3, 4]))
write("missing-row", with_row(4, None))
write("too-short", with_row(4, [1, 2, 3]))
write("too-long", with_row(4, [1, 2, 3, 4, 5]))
write("no-seed", lambda columns: {"view_seed": None})
write("text-view", lambda columns: {"view": columns["view"].cast(pa.string())})
write("third-view", lambda columns: {"view": pa.array([0, 1, 0, 1, 2, 1])})
write("brotli", compression="brotli")
