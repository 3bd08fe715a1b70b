package io.taustream.ingest.share;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taustream.storage.TaustreamException;
import org.junit.jupiter.api.Test;

/** Which forms there are, and what their files are called. */
class ShareFormatTest {
  @Test
  void filesAreNamedAfterTheirShardAndKnownByTheirName() {
    ShareFormat parquet = ShareFormat.of("parquet");
    ShareFormat webDataset = ShareFormat.of("webdataset");

    assertThat(parquet.fileName("a.tar.gz")).isEqualTo("a.tar.gz.parquet");
    assertThat(webDataset.fileName("a.tar")).isEqualTo("a.tar");
    assertThat(webDataset.fileName("a.tar.gz")).isEqualTo("a.tar");
    assertThat(webDataset.fileName("a.TGZ")).isEqualTo("a.tar");
    assertThat(ShareFormat.ofFile("a.tar.gz.parquet")).contains(parquet);
    assertThat(ShareFormat.ofFile("a.tar")).contains(webDataset);
    assertThat(ShareFormat.ofFile("manifest.json")).isEmpty();
  }

  @Test
  void onlyDataInTarsHaveAPlaceBesideTheImage() {
    assertThatCode(() -> ShareFormat.of("parquet").requireWritable("data_batch_1.bin"))
        .doesNotThrowAnyException();
    assertThatCode(() -> ShareFormat.of("webdataset").requireWritable("a.TAR"))
        .doesNotThrowAnyException();
    assertThatThrownBy(() -> ShareFormat.of("webdataset").requireWritable("data_batch_1.bin"))
        .isInstanceOf(TaustreamException.class)
        .hasMessage(
            "shard data_batch_1.bin is no tar: the form webdataset puts labels beside the images of"
                + " a tar; use parquet");
  }

  @Test
  void anotherFormIsRefused() {
    assertThatThrownBy(() -> ShareFormat.of("csv"))
        .isInstanceOf(TaustreamException.class)
        .hasMessage("labels are not shared as 'csv'; use one of parquet, webdataset");
  }
}
