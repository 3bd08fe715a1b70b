package io.taustream.benchmarks;

import io.taustream.ingest.decode.ImageDecoder;
import io.taustream.ingest.decode.UndecodableImageException;
import io.taustream.ingest.format.Payload;
import io.taustream.ingest.format.Sample;
import java.util.List;
import java.util.concurrent.Callable;
import org.opencv.core.Mat;
import org.opencv.core.MatOfByte;
import org.opencv.imgcodecs.Imgcodecs;
import org.opencv.imgproc.Imgproc;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Encoded images in memory to RGB bytes, against the OpenCV calls alone; one thread each. */
@Command(
    name = "decoding",
    mixinStandardHelpOptions = true,
    description = "Image decoder, against a bare OpenCV loop.")
final class DecodingBenchmark implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private ContestOptions options;

  @Option(
      names = "--passes",
      defaultValue = "8",
      description = "How often a round decodes the shard's images (default: ${DEFAULT-VALUE}).")
  private int passes;

  @Override
  public Integer call() throws Exception {
    try (Workbench bench = new Workbench(options.shared())) {
      List<Payload> encoded =
          bench.samples(Integer.MAX_VALUE).map(Sample::payload).collectList().block();
      Contender taustream = () -> decode(encoded, bench.decoder());
      Contender bare = () -> bare(encoded);
      options.hold(
          new Contest("decoding", encoded.size() * passes, taustream, bare),
          spec.commandLine().getOut());
    }
    return 0;
  }

  private double decode(List<Payload> encoded, ImageDecoder decoder)
      throws UndecodableImageException {
    long begun = System.nanoTime();
    for (int pass = 0; pass < passes; pass++) {
      for (Payload payload : encoded) {
        decoder.decode(payload);
      }
    }
    return (System.nanoTime() - begun) / 1e9;
  }

  private double bare(List<Payload> encoded) {
    long begun = System.nanoTime();
    for (int pass = 0; pass < passes; pass++) {
      for (Payload payload : encoded) {
        MatOfByte bytes = new MatOfByte(((Payload.Encoded) payload).bytes());
        Mat image = Imgcodecs.imdecode(bytes, Imgcodecs.IMREAD_COLOR);
        Imgproc.cvtColor(image, image, Imgproc.COLOR_BGR2RGB);
        byte[] rgb = new byte[image.rows() * image.cols() * 3];
        image.get(0, 0, rgb);
        image.release();
        bytes.release();
      }
    }
    return (System.nanoTime() - begun) / 1e9;
  }
}
