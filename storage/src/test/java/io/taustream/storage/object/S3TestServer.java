package io.taustream.storage.object;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A real S3 server for tests: S3Proxy over a folder, in a process and on a class path of its own.
 * It checks signatures and honours conditions. Start it once for a test class and close it at the
 * end; that ends the process and removes the folder.
 *
 * <p>It can be run from a shell too, from the repository's root after {@code mvn package}:
 *
 * <pre>{@code
 * java -cp storage/target/classes:storage/target/test-classes \
 *     io.taustream.storage.object.S3TestServer [FOLDER [BUCKET...]]
 * }</pre>
 *
 * <p>Folders in FOLDER are buckets; files in them are objects.
 */
public final class S3TestServer implements AutoCloseable {
  /** The folder of the server's jars; filled by the module testing/s3proxy. */
  public static final String LIB_PROPERTY = "taustream.s3proxy.lib";

  private static final Duration START_LIMIT = Duration.ofSeconds(60);
  private static final Pattern STARTED =
      Pattern.compile("Started \\S*ServerConnector\\S*\\{HTTP.*127\\.0\\.0\\.1:(\\d+)}");
  private static final S3Credentials CREDENTIALS =
      new S3Credentials("taustream-test", "taustream-test-secret");

  private final Path home;
  private final Path buckets;
  private final Process process;
  private final Thread killAtExit;
  private final URI endpoint;

  private S3TestServer(Path home, Path buckets) throws IOException, InterruptedException {
    this.home = home;
    this.buckets = buckets;
    this.process = launch(home, buckets);
    this.killAtExit = new Thread(process::destroyForcibly);
    Runtime.getRuntime().addShutdownHook(killAtExit);
    this.endpoint = URI.create("http://127.0.0.1:" + awaitPort());
  }

  /** Starts a server over a temporary folder; returns when it answers. */
  public static S3TestServer start() {
    try {
      Path home = Files.createTempDirectory("taustream-s3-");
      return start(home, Files.createDirectory(home.resolve("buckets")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static S3TestServer start(Path home, Path buckets) throws IOException {
    try {
      return new S3TestServer(home, buckets);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while the server started", e);
    }
  }

  /** Where the server listens; buckets are parts of the path. */
  public URI endpoint() {
    return endpoint;
  }

  /** The only key that it accepts. */
  public S3Credentials credentials() {
    return CREDENTIALS;
  }

  /** What a store needs to use this server; few and short retries. */
  public S3Settings settings() {
    return S3Settings.defaults()
        .withEndpoint(endpoint, true)
        .withRegion("us-east-1")
        .withCredentials(CREDENTIALS)
        .withTimeouts(Duration.ofSeconds(5), Duration.ofSeconds(20))
        .withRetries(3);
  }

  /** Makes a bucket. */
  public void createBucket(String name) {
    try {
      Files.createDirectories(buckets.resolve(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Ends the process, and removes its folder if it made it. */
  @Override
  public void close() {
    process.destroyForcibly();
    try {
      process.waitFor(10, TimeUnit.SECONDS);
      Runtime.getRuntime().removeShutdownHook(killAtExit);
      remove(home);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Process launch(Path home, Path buckets) throws IOException {
    Path lib = Path.of(System.getProperty(LIB_PROPERTY, "testing/s3proxy/target/lib"));
    if (!Files.isDirectory(lib)) {
      throw new IOException(
          lib + " does not exist; run mvn package with -am, or set the property " + LIB_PROPERTY);
    }
    Path configuration = home.resolve("s3proxy.properties");
    Files.writeString(
        configuration,
        """
        s3proxy.endpoint=http://127.0.0.1:0
        s3proxy.authorization=aws-v2-or-v4
        s3proxy.identity=%s
        s3proxy.credential=%s
        jclouds.provider=filesystem-nio2
        jclouds.identity=unused
        jclouds.credential=unused
        jclouds.filesystem.basedir=%s
        """
            .formatted(CREDENTIALS.accessKey(), CREDENTIALS.secretKey(), buckets));
    Path logging = home.resolve("logback.xml");
    Files.writeString(
        logging,
        """
        <configuration>
          <appender name="OUT" class="ch.qos.logback.core.ConsoleAppender">
            <encoder><pattern>%d %level %logger{0} %msg%n</pattern></encoder>
          </appender>
          <root level="INFO"><appender-ref ref="OUT"/></root>
        </configuration>
        """);
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx256m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Dlogback.configurationFile=" + logging,
            "-cp",
            lib.resolve("*").toString(),
            "org.gaul.s3proxy.Main",
            "--properties",
            configuration.toString())
        .redirectErrorStream(true)
        .redirectOutput(home.resolve("log").toFile())
        .start();
  }

  /** The server picks a free port itself and says in its log which. */
  private int awaitPort() throws IOException, InterruptedException {
    long limit = System.nanoTime() + START_LIMIT.toNanos();
    Path log = home.resolve("log");
    while (System.nanoTime() < limit && process.isAlive()) {
      Matcher started = STARTED.matcher(Files.readString(log));
      if (started.find()) {
        return Integer.parseInt(started.group(1));
      }
      Thread.sleep(50);
    }
    String said = Files.readString(log);
    close();
    throw new IOException("the S3 server did not start; it said:\n" + said);
  }

  private static void remove(Path folder) throws IOException {
    try (Stream<Path> paths = Files.walk(folder)) {
      List<Path> all = paths.sorted(Comparator.reverseOrder()).toList();
      for (Path path : all) {
        Files.delete(path);
      }
    }
  }

  /** Runs until it is killed. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    Path home = Files.createTempDirectory("taustream-s3-");
    Path buckets =
        arguments.length > 0
            ? Files.createDirectories(Path.of(arguments[0])).toAbsolutePath()
            : Files.createDirectory(home.resolve("buckets"));
    try (S3TestServer server = start(home, buckets)) {
      List.of(arguments).stream().skip(1).forEach(server::createBucket);
      System.out.println("endpoint: " + server.endpoint());
      System.out.println("export AWS_ACCESS_KEY_ID=" + CREDENTIALS.accessKey());
      System.out.println("export AWS_SECRET_ACCESS_KEY=" + CREDENTIALS.secretKey());
      System.out.println("export AWS_REGION=us-east-1");
      server.process.waitFor();
    }
  }
}
