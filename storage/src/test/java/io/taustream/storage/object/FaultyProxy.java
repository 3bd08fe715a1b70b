package io.taustream.storage.object;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Passes TCP connections on to a server, and spoils as many of them as it has been given faults,
 * one fault a connection.
 */
final class FaultyProxy implements AutoCloseable {
  private static final byte[] SLOW_DOWN =
      "HTTP/1.1 503 Slow Down\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
          .getBytes(StandardCharsets.US_ASCII);

  private final InetSocketAddress server;
  private final ServerSocket listener;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Queue<Fault> faults = new ConcurrentLinkedQueue<>();
  private final AtomicLong received = new AtomicLong();
  private final AtomicInteger requests = new AtomicInteger();

  /** What happens to a connection. */
  private sealed interface Fault {
    /** It is closed after so many bytes of the server's answer; then {@code after} runs. */
    record Cut(long bytes, Runnable after) implements Fault {}

    /** It stays open, but says nothing more after so many bytes of the answer. */
    record Stall(long bytes) implements Fault {}

    /** The server never sees the request; the answer is 503. */
    record SlowDown() implements Fault {}
  }

  FaultyProxy(URI server) throws IOException {
    this.server = new InetSocketAddress(server.getHost(), server.getPort());
    this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    threads.execute(this::accept);
  }

  URI endpoint() {
    return URI.create("http://127.0.0.1:" + listener.getLocalPort());
  }

  void cutAfter(long bytes, Runnable after) {
    faults.add(new Fault.Cut(bytes, after));
  }

  void stallAfter(long bytes) {
    faults.add(new Fault.Stall(bytes));
  }

  void slowDown() {
    faults.add(new Fault.SlowDown());
  }

  /** Bytes taken from the server so far. */
  long received() {
    return received.get();
  }

  /** HTTP requests seen so far. */
  int requests() {
    return requests.get();
  }

  @Override
  public void close() throws IOException {
    listener.close();
    threads.shutdownNow();
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket client = listener.accept();
        threads.execute(() -> serve(client, faults.poll()));
      } catch (IOException e) {
        if (!listener.isClosed()) {
          throw new UncheckedIOException(e);
        }
      }
    }
  }

  private void serve(Socket client, Fault fault) {
    try (client) {
      client.setSendBufferSize(64 * 1024);
      if (fault instanceof Fault.SlowDown) {
        byte[] head = new byte[64 * 1024];
        count(head, client.getInputStream().read(head));
        client.getOutputStream().write(SLOW_DOWN);
        return;
      }
      try (Socket upstream = new Socket()) {
        upstream.setReceiveBufferSize(64 * 1024);
        upstream.connect(server);
        threads.execute(() -> forward(client, upstream));
        answer(upstream.getInputStream(), client.getOutputStream(), fault);
      }
    } catch (IOException | InterruptedException e) {
      // One side has gone; the other is closed with it.
      closeQuietly(client);
    }
  }

  private void forward(Socket client, Socket upstream) {
    byte[] buffer = new byte[64 * 1024];
    try {
      InputStream in = client.getInputStream();
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        count(buffer, n);
        upstream.getOutputStream().write(buffer, 0, n);
      }
      upstream.shutdownOutput();
    } catch (IOException e) {
      closeQuietly(upstream);
    }
  }

  private void count(byte[] buffer, int length) {
    String text = new String(buffer, 0, Math.max(0, length), StandardCharsets.ISO_8859_1);
    requests.addAndGet(text.split(" HTTP/1.1\r\n", -1).length - 1);
  }

  private void answer(InputStream in, OutputStream out, Fault fault)
      throws IOException, InterruptedException {
    byte[] buffer = new byte[16 * 1024];
    long passed = 0;
    for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
      received.addAndGet(n);
      if (fault instanceof Fault.Cut cut && passed + n >= cut.bytes()) {
        out.write(buffer, 0, (int) (cut.bytes() - passed));
        cut.after().run();
        return;
      }
      if (fault instanceof Fault.Stall stall && passed + n >= stall.bytes()) {
        Thread.sleep(60_000);
      }
      out.write(buffer, 0, n);
      passed += n;
    }
  }

  private static void closeQuietly(Closeable socket) {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
