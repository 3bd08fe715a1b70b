package io.taustream.ingest.format;

import io.taustream.storage.sample.Shard;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/** Groups a tar's members into samples. Holds one sample and the shard's keys. Not thread-safe. */
final class TarSamples implements SampleReader {
  private static final int NO_LABEL = -1;

  private final Shard shard;
  private final TarMembers members;
  private final ShardBytes bytes;
  private final int classes;
  private final Set<String> keys = new HashSet<>();
  private int ordinal;

  /** The sample that is being put together. */
  private String key;

  private byte[] image;
  private Integer label;

  TarSamples(Shard shard, TarMembers members, ShardBytes bytes, int classes) {
    this.shard = shard;
    this.members = members;
    this.bytes = bytes;
    this.classes = classes;
  }

  @Override
  public Optional<Sample> next() {
    for (Optional<String> name = members.next(); name.isPresent(); name = members.next()) {
      Optional<Sample> finished = take(name.get());
      if (finished.isPresent()) {
        return finished;
      }
    }
    if (key == null && ordinal == 0) {
      throw bytes.fault(
          "holds no samples; members KEY.jpg, KEY.jpeg or KEY.png with KEY.cls are expected");
    }
    return key == null ? Optional.empty() : Optional.of(finish());
  }

  /** Takes the current member in; gives the sample before it, if it begins another one. */
  private Optional<Sample> take(String name) {
    MemberName member = MemberName.of(name).filter(MemberName::isOfSample).orElse(null);
    if (member == null) {
      return Optional.empty();
    }
    Optional<Sample> finished = Optional.empty();
    if (!member.key().equals(key)) {
      finished = key == null ? Optional.empty() : Optional.of(finish());
      begin(member.key());
    }
    if (member.isImage()) {
      takeImage();
    } else {
      takeLabel();
    }
    return finished;
  }

  private void begin(String newKey) {
    if (!keys.add(newKey)) {
      throw bytes.fault(
          "sample "
              + newKey
              + " is there twice; a key is unique in its shard, and its members stand together");
    }
    key = newKey;
  }

  private void takeImage() {
    if (image != null) {
      throw bytes.fault("sample " + key + " has two images; one is expected");
    }
    image = members.content();
  }

  private void takeLabel() {
    if (label != null) {
      throw bytes.fault("sample " + key + " has two labels; one .cls is expected");
    }
    String text = new String(members.content(), StandardCharsets.UTF_8).strip();
    try {
      label = bytes.checkLabel(key, Integer.parseInt(text), classes);
    } catch (NumberFormatException e) {
      // A line is short, whatever the member holds.
      String shown = text.substring(0, Math.min(40, text.length())).replaceAll("\\s", " ");
      throw bytes.wrongLabel(key, shown, classes);
    }
  }

  private Sample finish() {
    if (image == null) {
      throw bytes.fault(
          "sample " + key + " has no image; a member " + key + ".jpg, .jpeg or .png is expected");
    }
    Sample sample =
        new Sample(
            shard, ordinal++, key, label == null ? NO_LABEL : label, new Payload.Encoded(image));
    key = null;
    image = null;
    label = null;
    return sample;
  }

  @Override
  public void close() throws IOException {
    members.close();
  }
}
