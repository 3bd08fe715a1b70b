package io.taustream.ingest.decode;

import io.taustream.ingest.format.Payload;
import org.opencv.core.CvException;
import org.opencv.core.CvType;
import org.opencv.core.Mat;
import org.opencv.core.MatOfByte;
import org.opencv.imgcodecs.Imgcodecs;
import org.opencv.imgproc.Imgproc;

/**
 * Decodes JPEG and PNG with OpenCV. Grey, palette and CMYK images become RGB; of 16 bits a channel
 * the upper 8 are kept; an alpha channel is dropped, and what it hid is seen. The EXIF orientation
 * is ignored, as by Python's usual loaders: teachers were trained on such pixels. Thread-safe.
 */
public final class ImageDecoder {
  /** More than this is refused before anything is allocated. */
  public static final long MOST_PIXELS = 64_000_000;

  private static final int FLAGS = Imgcodecs.IMREAD_COLOR | Imgcodecs.IMREAD_IGNORE_ORIENTATION;

  /** How OpenCV writes its error code StsNoMem: the image is not to blame. */
  private static final String OUT_OF_MEMORY = "(-4:";

  public ImageDecoder() {
    NativeLibrary.require();
  }

  /**
   * Decodes a sample's image.
   *
   * @throws UndecodableImageException if it is no whole JPEG or PNG, or too large
   */
  public RgbImage decode(Payload payload) throws UndecodableImageException {
    if (payload instanceof Payload.Pixels pixels) {
      return new RgbImage(pixels.width(), pixels.height(), pixels.rgb());
    }
    return decode(((Payload.Encoded) payload).bytes());
  }

  private static RgbImage decode(byte[] bytes) throws UndecodableImageException {
    ImageHeader header = ImageHeader.read(bytes);
    long pixels = (long) header.width() * header.height();
    if (header.width() <= 0 || header.height() <= 0 || pixels > MOST_PIXELS) {
      throw new UndecodableImageException(
          "the %s claims %d x %d pixels; at most %,d pixels are decoded"
              .formatted(header.format(), header.width(), header.height(), MOST_PIXELS));
    }
    Mat encoded = new MatOfByte(bytes);
    Mat image = null;
    try {
      image = Imgcodecs.imdecode(encoded, FLAGS);
      if (image.empty()) {
        throw new UndecodableImageException("the " + header.format() + " is damaged or cut off");
      }
      if (image.type() != CvType.CV_8UC3) {
        throw new UndecodableImageException(
            "the %s decodes to %s, not to 8-bit colour"
                .formatted(header.format(), CvType.typeToString(image.type())));
      }
      Imgproc.cvtColor(image, image, Imgproc.COLOR_BGR2RGB);
      if (image.cols() != header.width() || image.rows() != header.height()) {
        throw new UndecodableImageException(
            "the %s claims %d x %d pixels and decodes to %d x %d"
                .formatted(
                    header.format(), header.width(), header.height(), image.cols(), image.rows()));
      }
      byte[] rgb = new byte[image.cols() * image.rows() * RgbImage.CHANNELS];
      image.get(0, 0, rgb);
      return new RgbImage(image.cols(), image.rows(), rgb);
    } catch (CvException e) {
      if (e.getMessage().contains(OUT_OF_MEMORY)) {
        throw e;
      }
      throw new UndecodableImageException(
          "OpenCV cannot decode the " + header.format() + ": " + e.getMessage().strip(), e);
    } finally {
      // Native memory that no garbage collector sees.
      if (image != null) {
        image.release();
      }
      encoded.release();
    }
  }
}
