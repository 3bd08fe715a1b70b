package io.taustream.storage.share;

import io.taustream.storage.label.EncodedRows;
import io.taustream.storage.sample.SampleView;
import java.util.List;

/**
 * Some rows of a shared file, one behind the other.
 *
 * @param first the first one's place in the file, from 0; −1 where rows have no number
 * @param rows the samples and views
 * @param labels one for each of them, valid until the next block is read
 */
public record RowBlock(long first, List<SampleView> rows, EncodedRows labels) {}
