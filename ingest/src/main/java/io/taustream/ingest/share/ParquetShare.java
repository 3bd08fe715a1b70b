package io.taustream.ingest.share;

import io.taustream.storage.TaustreamException;
import io.taustream.storage.label.LabelFile;
import io.taustream.storage.object.ObjectInfo;
import io.taustream.storage.object.ObjectStore;
import io.taustream.storage.share.ParquetLabelReader;
import io.taustream.storage.share.ParquetLabelWriter;
import io.taustream.storage.share.ShareReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Parquet, of any data: {@link ParquetLabelWriter} specifies the file. */
record ParquetShare() implements ShareFormat {
  private static final String SUFFIX = ".parquet";
  private static final int BUFFERS = 2;

  @Override
  public String name() {
    return "parquet";
  }

  @Override
  public boolean claims(String fileName) {
    return fileName.endsWith(SUFFIX);
  }

  @Override
  public String fileName(String shardName) {
    return shardName + SUFFIX;
  }

  @Override
  public void requireWritable(String shardName) {}

  @Override
  public void write(LabelFile labels, ObjectInfo shard, ObjectStore objects, Path target) {
    ParquetLabelWriter.write(labels, target);
  }

  /** Its end is read first: from an object store all of it is fetched. */
  @Override
  public ShareReader open(ObjectInfo file, ObjectStore objects, Path scratch) {
    String where = file.uri().toString();
    if (file.uri().isFile()) {
      return ParquetLabelReader.open(file.uri().toPath(), where);
    }
    try (FileChannel channel =
        FileChannel.open(scratch, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      for (ByteBuffer part : objects.read(file.uri()).toIterable(BUFFERS)) {
        while (part.hasRemaining()) {
          channel.write(part);
        }
      }
    } catch (IOException e) {
      throw new TaustreamException(
          "cannot fetch %s to %s: %s; is there room?".formatted(where, scratch, e.getMessage()), e);
    }
    return ParquetLabelReader.open(scratch, where);
  }
}
