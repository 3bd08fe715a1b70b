package io.taustream.storage.label;

import io.taustream.storage.TaustreamException;
import io.taustream.storage.sample.SampleView;
import io.taustream.storage.sample.Shard;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.arrow.memory.BufferAllocator;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * Writes the label file of one shard: collects rows in any interleaving of views, then commits them
 * whole. Between {@link SoftLabelStore#begin} and {@link #commit} only local scratch files are
 * touched. Appending and closing block on local files. Rows are appended by one thread at a time;
 * any thread may close the writer, also while a commit that was cancelled is still assembling.
 *
 * <h2>The file</h2>
 *
 * An Arrow IPC file (format version V5), little-endian, without dictionaries. Its parts lie one
 * behind the other, with nothing between them:
 *
 * <table>
 * <caption>Parts of a label file</caption>
 * <tr><th>part</th><th>bytes</th></tr>
 * <tr><td>head</td><td>{@code ARROW1}, two zeros; the schema message</td></tr>
 * <tr><td>blocks</td><td>for view 0, then view 1, …: its record batches, each a message and a body
 * </td></tr>
 * <tr><td>end of stream</td><td>{@code FF FF FF FF 00 00 00 00}</td></tr>
 * <tr><td>footer</td><td>a flatbuffer: schema, place of each block, checksums</td></tr>
 * <tr><td>tail</td><td>the footer's length as int32, {@code ARROW1}</td></tr>
 * </table>
 *
 * <p>A message is {@code FF FF FF FF}, the length of the rest as int32, a flatbuffer, and zeros up
 * to a multiple of 64 bytes from the file's start. Each buffer of a body begins at a multiple of 64
 * bytes and is followed by zeros up to the next: in a mapped file every column is aligned to cache
 * lines. Nothing is nullable, so validity bitmaps have length 0.
 *
 * <p><b>Compression.</b> A record batch may be compressed, each for itself; its message then states
 * {@code BodyCompression(ZSTD, BUFFER)}, and each buffer of it that is not empty is its length
 * without compression, int64, and one Zstandard frame. How many rows a batch has does not depend on
 * it, and checksums are over the bytes as they are stored. {@link LabelCompression} says why it is
 * no part of what identifies labels.
 *
 * <p><b>Rows.</b> One for each view of each sample that has an image; within a view in shard order.
 * A record batch holds R rows of one view, the last one of a view what is left, with R = 4,096, or
 * less where 4,096 rows of logits exceed 16 MiB: R = max(1, min(4096, ⌊16 MiB / bytes per row⌋)).
 *
 * <p><b>Columns</b>, in this order:
 *
 * <ul>
 *   <li>{@code key: utf8}, the sample's key
 *   <li>{@code label: int32}, its class, −1 where there is none
 *   <li>{@code view: uint16}, the view's number, the same in all of a batch
 *   <li>{@code view_seed: int64}, the seed that the view's random numbers follow from
 *   <li>the columns of the encoding: {@link DenseF16}, {@link DenseF32}, {@link TopK} or {@link
 *       Sampled}. The lists' items are fields named {@code item}
 * </ul>
 *
 * <p><b>Schema metadata</b>, in this order, text throughout:
 *
 * <ul>
 *   <li>{@code taustream.format}: {@code 1}
 *   <li>{@code taustream.teacher}, {@code taustream.teacher_sha256}: name; 64 hex digits
 *   <li>{@code taustream.view_id}, {@code taustream.view}, {@code taustream.views}: the view's id,
 *       its description as JSON, the number V of views: the file holds views 0 to V − 1
 *   <li>{@code taustream.classes}, {@code taustream.encoding}: the class count; {@code dense-f16},
 *       {@code dense-f32}, {@code top-k} or {@code sampled}
 *   <li>{@code taustream.k}, {@code taustream.rest_temperatures}: for {@code top-k} only; the
 *       temperatures are separated by commas
 *   <li>{@code taustream.n}, {@code taustream.draw_temperature}, {@code taustream.temperatures}:
 *       for {@code sampled} only; draws a row, the temperature that they are drawn at, and those
 *       that the mass is known at
 *   <li>{@code taustream.shard}: the data shard, {@code {"name":…,"size":…}}
 *   <li>{@code taustream.crc32c}: CRC-32C of the data shard's bytes as they were read, 8 hex digits
 *   <li>{@code taustream.samples_crc32c}: {@link SampleDigest} of the samples that have rows, 8 hex
 *       digits
 *   <li>{@code taustream.samples}: samples in the shard, those without an image included
 *   <li>{@code taustream.skipped}: ordinals of samples without a decodable image, rising, separated
 *       by commas; they have no rows. The i-th row of a view belongs to the i-th ordinal that is
 *       not listed here
 *   <li>{@code taustream.writer}: {@code taustream}, a space, the version
 * </ul>
 *
 * <p><b>Footer metadata</b>: {@code taustream.block_crc32c}: CRC-32C, 8 hex digits each, separated
 * by commas, of the head and then of each block from the first byte of its message to the last of
 * its body.
 *
 * <p><b>Equal labels give equal bytes</b>, where they are compressed if by the same version of
 * zstd-jni, which is part of a release. The file holds no time, no path and no version of the data
 * shard: the same shard read from {@code file:} and from {@code s3:}, by any process, in any
 * batching, gives the same file to the bit. Where the shard lay and which version it was (ETag or
 * modification time, which differ between copies of the same bytes) stands in the manifest ({@link
 * LabelManifest}); size and CRC-32C in the file identify the bytes themselves. If the manifest is
 * lost, a shard of the size that was labelled is read once and compared ({@link
 * LabelStatus.Unproven}).
 *
 * <h2>Growth</h2>
 *
 * A file with more views begins, behind its head, with all blocks of the file with fewer: they are
 * view-major and aligned, and say nothing of how many views there are. So views are added without
 * labelling the first ones again ({@link SoftLabelStore#extend}): the new file is a new head, the
 * old blocks byte for byte with their checksums, the new views' blocks and a new footer. It is the
 * file that labelling all views at once would have given, to the bit, where the old blocks and the
 * new ones are compressed alike; after {@code labels.compression} was changed the file holds both,
 * and the same labels.
 *
 * <h2>The commit</h2>
 *
 * <ol>
 *   <li>The file is assembled in the scratch folder.
 *   <li>It is written whole to {@code <folder>/<shard name>.arrow}: only if nothing is there, or
 *       only over the version found there if that was made from other bytes of the shard or has
 *       fewer views. If another process has committed as many views or more of the same bytes
 *       meanwhile, theirs stay and the commit has succeeded.
 *   <li>The manifest is updated by a conditional write that is tried again on a conflict.
 * </ol>
 *
 * A process killed before step 2 is done leaves the store as it was; after it, the labels are
 * complete: a shard without a manifest entry that agrees with its label file is judged by the file
 * itself, until {@link SoftLabelStore#refresh} brings the manifest up to date.
 */
public final class LabelFileWriter implements AutoCloseable {
  private final Shard shard;
  private final LabelSet set;
  private final int views;
  private final Optional<LabelBase> base;
  private final String writer;
  private final LabelCompression compression;
  private final LabelSpill spill;
  private final LabelCommit committer;
  private boolean usable = true;
  private boolean closed;

  /**
   * @param views of each sample in the file
   * @param base the file that has the first of them; without, all are to be appended
   */
  LabelFileWriter(
      Shard shard,
      LabelSet set,
      int views,
      Optional<LabelBase> base,
      String writer,
      LabelCompression compression,
      Path scratch,
      BufferAllocator allocator,
      LabelCommit committer)
      throws IOException {
    this.shard = shard;
    this.set = set;
    this.views = views;
    this.base = base;
    this.writer = writer;
    this.compression = compression;
    this.committer = committer;
    this.spill = new LabelSpill(scratch, set, firstView(), views, allocator);
  }

  private int firstView() {
    return base.map(LabelBase::views).orElse(0);
  }

  /** The numbers, rising, of the views that are to be appended: those that are not there yet. */
  public List<Integer> missingViews() {
    return IntStream.range(firstView(), views).boxed().toList();
  }

  /**
   * Appends a batch's rows, of {@link #missingViews} only. The batch stays the caller's. Views may
   * come in any interleaving; within a view samples come in shard order, and in the end every view
   * has the same samples.
   *
   * @throws TaustreamException if a logit cannot be stored: it names the sample; the writer can
   *     then only be closed
   */
  public synchronized void append(SoftLabelBatch batch) {
    requireUsable();
    usable = false;
    if (batch.classes() != set.classes()) {
      throw new TaustreamException(
          "teacher '%s' gives %d classes, the labels of %s have %d; check data.classes"
              .formatted(set.teacherName(), batch.classes(), shard.name(), set.classes()));
    }
    List<SampleView> rows = batch.rows();
    FloatBuffer logits = batch.logits();
    LabelEncoding encoding = set.encoding();
    append(
        rows,
        (row, columns) -> {
          SampleView sample = rows.get(row);
          logits.position(row * set.classes());
          encoding.requireStorable(logits, set.classes(), sample);
          encoding.encode(logits, set.classes(), Draws.seed(set.teacherSha256(), sample), columns);
        });
    usable = true;
  }

  /**
   * Appends rows that are encoded already, as {@link LabelFile#stored} gives them: in what order,
   * see {@link #append(SoftLabelBatch)}.
   *
   * @param labels one for each of {@code rows}, in this file's encoding
   * @throws TaustreamException if one of them is nothing that the encoding could have written: it
   *     names the sample; the writer can then only be closed
   */
  public synchronized void append(List<SampleView> rows, EncodedRows labels) {
    requireUsable();
    usable = false;
    append(
        rows,
        (row, columns) -> {
          String wrong = labels.inspect(row, set);
          if (wrong != null) {
            SampleView sample = rows.get(row);
            throw new TaustreamException(
                "sample '%s' (%s, ordinal %d, view %d) has no %s label: %s"
                    .formatted(
                        sample.key(),
                        sample.shard(),
                        sample.ordinal(),
                        sample.view(),
                        set.encoding().text(),
                        wrong));
          }
          labels.copy(row, columns);
        });
    usable = true;
  }

  private void append(List<SampleView> rows, LabelSpill.RowSource source) {
    try {
      int from = 0;
      while (from < rows.size()) {
        SampleView first = rows.get(from);
        int to = from;
        while (to < rows.size() && rows.get(to).view() == first.view()) {
          requireOwn(rows.get(to++));
        }
        spill.append(rows, from, to, source);
        from = to;
      }
    } catch (IOException e) {
      throw scratchFailure(e);
    }
  }

  private void requireOwn(SampleView row) {
    if (!row.shard().equals(shard.name()) || row.view() < firstView() || row.view() >= views) {
      throw new IllegalArgumentException(
          "%s is no row of shard %s with views %d to %d"
              .formatted(row, shard.name(), firstView(), views - 1));
    }
  }

  /**
   * Commits the labels as described above. Cold; subscribe once. Assembling runs on the bounded
   * elastic scheduler. Cancelling before the conditional write leaves the store as it was; in every
   * case the writer must still be closed, after the Mono has ended or was cancelled.
   *
   * @param crc32cOfShard CRC-32C of the data shard's bytes as read
   * @param skippedOrdinals samples without a decodable image
   * @return what was appended; where another process has committed as much meanwhile, its file lies
   *     there
   * @throws IllegalArgumentException as an error, if the appended and the skipped samples are not
   *     together all ordinals from 0 up, each once
   * @throws LabelsNotExtendableException as an error, if there are views already and these are not
   *     of the same bytes, keys and classes, or are damaged
   */
  public Mono<LabelMetadata> commit(long crc32cOfShard, Collection<Integer> skippedOrdinals) {
    return Mono.fromCallable(() -> describe(crc32cOfShard, skippedOrdinals))
        .subscribeOn(Schedulers.boundedElastic())
        .flatMap(
            metadata ->
                assemble(metadata)
                    .flatMap(file -> committer.commit(shard, metadata, file))
                    .thenReturn(metadata));
  }

  /** Ends the appending. */
  private synchronized LabelMetadata describe(long crc32c, Collection<Integer> skippedOrdinals) {
    requireUsable();
    usable = false;
    try {
      BitSet ordinals = spill.finish();
      List<Integer> skipped = skippedOrdinals.stream().sorted().distinct().toList();
      int samples = countSamples(ordinals, skipped);
      LabelMetadata metadata =
          new LabelMetadata(
              set,
              views,
              shard.name(),
              shard.size(),
              crc32c,
              spill.samplesCrc32c(),
              samples,
              skipped,
              writer);
      base.ifPresent(there -> there.requireSameShard(metadata));
      return metadata;
    } catch (IOException e) {
      throw scratchFailure(e);
    }
  }

  private Mono<Path> assemble(LabelMetadata metadata) {
    Path file = spill.folder().resolve("labels.arrow");
    return new LabelFileAssembler(spill, metadata, compression, base)
        .write(file)
        .thenReturn(file)
        .onErrorMap(IOException.class, this::scratchFailure);
  }

  /** Nothing may be lost or doubled: every ordinal has rows or was skipped, none both. */
  private int countSamples(BitSet ordinals, List<Integer> skipped) {
    BitSet all = (BitSet) ordinals.clone();
    for (int ordinal : skipped) {
      if (all.get(ordinal)) {
        throw new IllegalArgumentException(
            "sample %d of %s has labels and was skipped".formatted(ordinal, shard.name()));
      }
      all.set(ordinal);
    }
    int samples = all.cardinality();
    if (samples != all.length()) {
      throw new IllegalArgumentException(
          "sample %d of %s has neither labels nor was it skipped"
              .formatted(all.nextClearBit(0), shard.name()));
    }
    return samples;
  }

  private void requireUsable() {
    if (closed || !usable) {
      throw new IllegalStateException(
          "the label writer of %s has failed, is committed or closed".formatted(shard.name()));
    }
  }

  private TaustreamException scratchFailure(IOException e) {
    return new TaustreamException(
        "cannot write scratch files for the labels of %s: %s; is there room in the scratch folder?"
            .formatted(shard.name(), e),
        e);
  }

  /** Removes the scratch files; what was not committed is gone. Closing again does nothing. */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    try {
      spill.close();
    } catch (IOException e) {
      throw scratchFailure(e);
    }
  }
}
