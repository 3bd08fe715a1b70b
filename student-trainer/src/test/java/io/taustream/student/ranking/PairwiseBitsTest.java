package io.taustream.student.ranking;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import java.util.Random;
import java.util.zip.CRC32;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The bits of a batch of ten classes, which published runs rest on. Java's float arithmetic and
 * {@link Random} are the same on every machine.
 */
class PairwiseBitsTest {
  private static final int CLASSES = 10;

  private static Agreement agreement(String pairing) {
    return switch (pairing) {
      case "product" -> new ProductAgreement(new TanhCurve(), 1);
      case "factored" -> new FactoredAgreement(new TanhCurve(), 1);
      default -> new SignAgreement(new TanhCurve(), 1);
    };
  }

  @ParameterizedTest
  @CsvSource({
    "sign, 3fd605c7953bc71c ccfb90d4",
    "factored, 3fd7c5e9b39a61b2 3242a45c",
    "product, 3fd56e7cc31966ac 763922b1"
  })
  void tenClassesKeepTheirBits(String pairing, String bits) {
    Random random = new Random(31);
    float[] s = new float[64 * CLASSES];
    float[] t = new float[64 * CLASSES];
    for (int i = 0; i < s.length; i++) {
      t[i] = (float) (3 * random.nextGaussian());
      s[i] = random.nextInt(8) == 0 ? 1 : t[i] + (float) random.nextGaussian();
    }
    float[] gradient = new float[s.length];

    double found =
        new RankingLoss(agreement(pairing), new RowThreads(1)).evaluate(s, t, CLASSES, gradient);

    CRC32 checksum = new CRC32();
    for (float g : gradient) {
      int word = Float.floatToRawIntBits(g);
      for (int shift = 0; shift < 32; shift += 8) {
        checksum.update(word >>> shift);
      }
    }
    assertThat(
            Long.toHexString(Double.doubleToRawLongBits(found))
                + " "
                + HexFormat.of().toHexDigits((int) checksum.getValue()))
        .isEqualTo(bits);
  }
}
