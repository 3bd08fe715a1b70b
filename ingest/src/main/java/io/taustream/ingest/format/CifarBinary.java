package io.taustream.ingest.format;

import io.taustream.storage.TaustreamException;
import io.taustream.storage.object.ObjectInfo;
import io.taustream.storage.object.ObjectStore;
import io.taustream.storage.sample.Shard;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import reactor.core.publisher.Mono;

/**
 * The binary version of CIFAR-10 and CIFAR-100 (cs.toronto.edu/~kriz/cifar.html): each shard is a
 * {@code .bin} of records, without a header. A record is the label's byte, for 100 classes the
 * coarse label's byte and then the fine label's, which is the one used; then 1,024 bytes of red,
 * 1,024 of green and 1,024 of blue, row by row. A sample's key is its ordinal.
 */
record CifarBinary() implements Format {
  private static final int SIDE = 32;
  private static final int PLANE = SIDE * SIDE;

  @Override
  public String name() {
    return "cifar";
  }

  @Override
  public boolean claims(String fileName) {
    return fileName.endsWith(".bin");
  }

  @Override
  public Mono<List<ShardSource>> find(ObjectStore store, DatasetSpec spec) {
    int labelBytes =
        switch (spec.classes()) {
          case 10 -> 1;
          case 100 -> 2;
          default ->
              throw new TaustreamException(
                  "cifar: the data set has "
                      + spec.classes()
                      + " classes, but CIFAR has 10 or 100; set the number of classes to one of"
                      + " them");
        };
    return Format.expand(store, spec)
        .map(
            files ->
                files.stream()
                    .<ShardSource>map(file -> Batch.of(file, labelBytes, spec.classes()))
                    .toList());
  }

  private record Batch(Shard shard, ObjectInfo object, int labelBytes, int classes)
      implements ShardSource {
    static Batch of(ObjectInfo object, int labelBytes, int classes) {
      int record = labelBytes + 3 * PLANE;
      if (object.size() == 0 || object.size() % record != 0) {
        throw new TaustreamException(
            object.uri()
                + " has "
                + object.size()
                + " bytes, but CIFAR-"
                + classes
                + " has "
                + record
                + " for each record, and at least one; copy it again, or correct the number of"
                + " classes");
      }
      Shard shard = new Shard(object.uri().name(), object.uri(), object.size(), object.version());
      return new Batch(shard, object, labelBytes, classes);
    }

    @Override
    public SampleReader open(ShardBytes bytes) {
      return new Records(this, bytes.open(object), bytes);
    }
  }

  private static final class Records implements SampleReader {
    private final Batch batch;
    private final ObjectInputStream in;
    private final ShardBytes bytes;
    private final OrdinalKey keys;
    private int ordinal;

    Records(Batch batch, ObjectInputStream in, ShardBytes bytes) {
      this.batch = batch;
      this.in = in;
      this.bytes = bytes;
      this.keys = OrdinalKey.upTo(batch.object.size() / (batch.labelBytes + 3 * PLANE));
    }

    /** The object's length was checked, and {@link ObjectInputStream} fails where it changed. */
    @Override
    public Optional<Sample> next() throws IOException {
      byte[] record = in.readNBytes(batch.labelBytes + 3 * PLANE);
      if (record.length == 0) {
        return Optional.empty();
      }
      String key = keys.of(ordinal);
      int label =
          bytes.checkLabel(key, Byte.toUnsignedInt(record[batch.labelBytes - 1]), batch.classes);
      Payload pixels = new Payload.Pixels(SIDE, SIDE, interleave(record, batch.labelBytes));
      return Optional.of(new Sample(batch.shard, ordinal++, key, label, pixels));
    }

    private static byte[] interleave(byte[] record, int offset) {
      byte[] rgb = new byte[3 * PLANE];
      for (int channel = 0; channel < 3; channel++) {
        for (int i = 0; i < PLANE; i++) {
          rgb[3 * i + channel] = record[offset + channel * PLANE + i];
        }
      }
      return rgb;
    }
  }
}
