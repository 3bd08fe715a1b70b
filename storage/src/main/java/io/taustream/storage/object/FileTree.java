package io.taustream.storage.object;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/**
 * Walks the files whose path begins with a prefix, in the order of their paths, one at a time. One
 * folder's names are in memory for each level. Links are followed, save those that lead back up.
 * What is neither file nor folder, and what {@link FileWrite} keeps for itself, is left out. Not
 * thread-safe.
 */
final class FileTree {
  private final String prefix;
  private final int maxFolders;
  private final Deque<Level> levels = new ArrayDeque<>();

  /**
   * @param prefix an absolute path: all up to its last slash is a folder, the rest the beginning of
   *     a name
   * @param maxFolders folders to go down from there
   */
  FileTree(String prefix, int maxFolders) {
    this.prefix = prefix;
    this.maxFolders = maxFolders;
    Path folder = Path.of(prefix.substring(0, prefix.lastIndexOf('/') + 1));
    BasicFileAttributes attributes = attributes(folder);
    if (attributes != null && attributes.isDirectory()) {
      enter(folder, attributes);
    }
  }

  /** The next file; empty at the end. */
  Optional<ObjectInfo> next() {
    while (!levels.isEmpty()) {
      Level level = levels.peek();
      if (!level.entries.hasNext()) {
        levels.pop();
        continue;
      }
      Entry entry = level.entries.next();
      if (!entry.attributes.isDirectory()) {
        return Optional.of(
            FileObjectStore.info(new ObjectUri("file", "", entry.path), entry.attributes));
      }
      if (levels.size() <= maxFolders && !isOpen(entry.attributes.fileKey())) {
        enter(Path.of(entry.path), entry.attributes);
      }
    }
    return Optional.empty();
  }

  private boolean isOpen(Object folderKey) {
    return folderKey != null && levels.stream().anyMatch(level -> folderKey.equals(level.key));
  }

  /** A folder that is not there, or not any more, holds nothing; as on S3, that is no error. */
  private void enter(Path folder, BasicFileAttributes attributes) {
    List<Entry> entries = new ArrayList<>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(folder)) {
      for (Path path : stream) {
        if (path.toString().startsWith(prefix) && !FileWrite.isOwn(path.getFileName().toString())) {
          add(path, entries);
        }
      }
    } catch (NoSuchFileException e) {
      entries.clear();
    } catch (DirectoryIteratorException e) {
      throw FileFaults.explain("list", folder, e.getCause());
    } catch (IOException e) {
      throw FileFaults.explain("list", folder, e);
    }
    // A folder sorts as its name with a slash: so does every path below it.
    entries.sort(Comparator.comparing(Entry::sortKey));
    levels.push(new Level(attributes.fileKey(), entries.iterator()));
  }

  private static void add(Path path, List<Entry> entries) {
    BasicFileAttributes attributes = attributes(path);
    if (attributes != null && (attributes.isDirectory() || attributes.isRegularFile())) {
      entries.add(new Entry(path.toString(), attributes));
    }
  }

  /** Null where nothing is, not any more, or a link that leads nowhere. */
  private static BasicFileAttributes attributes(Path path) {
    try {
      return Files.readAttributes(path, BasicFileAttributes.class);
    } catch (NoSuchFileException e) {
      return null;
    } catch (IOException e) {
      throw FileFaults.explain("list", path, e);
    }
  }

  private record Level(Object key, Iterator<Entry> entries) {}

  private record Entry(String path, BasicFileAttributes attributes) {
    String sortKey() {
      return attributes.isDirectory() ? path + "/" : path;
    }
  }
}
