package io.taustream.storage.object;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import software.amazon.awssdk.core.async.AsyncRequestBody;

/** Bytes to be uploaded, whole or in parts, as often as retries need them. */
sealed interface UploadSource {
  /** In bytes. Blocking. */
  long size();

  AsyncRequestBody part(long offset, long length);

  /** The remaining bytes of a buffer, which stays as it is. */
  record Buffer(ByteBuffer content) implements UploadSource {
    @Override
    public long size() {
      return content.remaining();
    }

    @Override
    public AsyncRequestBody part(long offset, long length) {
      int start = content.position() + Math.toIntExact(offset);
      return AsyncRequestBody.fromRemainingByteBufferUnsafe(
          content.duplicate().position(start).limit(start + Math.toIntExact(length)));
    }
  }

  /** A local file, read as it is sent. */
  record LocalFile(Path path) implements UploadSource {
    @Override
    public long size() {
      try {
        FileObjectStore.regular(path);
        return Files.size(path);
      } catch (IOException e) {
        throw FileFaults.explain("read", path, e);
      }
    }

    @Override
    public AsyncRequestBody part(long offset, long length) {
      return AsyncRequestBody.fromFile(
          file -> file.path(path).position(offset).numBytesToRead(length));
    }
  }
}
