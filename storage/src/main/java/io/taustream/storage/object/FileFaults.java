package io.taustream.storage.object;

import io.taustream.storage.TaustreamException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Says in one line what a failed call on the file system means for the user. */
final class FileFaults {
  private FileFaults() {}

  /**
   * @param verb what was tried: {@code read}, {@code write}, {@code list} or {@code delete}
   * @param path what it was tried on
   */
  static TaustreamException explain(String verb, Path path, IOException fault) {
    if (fault instanceof NoSuchFileException || "Not a directory".equals(reason(fault))) {
      return new ObjectNotFoundException(missing(path), fault);
    }
    if (fault instanceof AccessDeniedException) {
      return new TaustreamException(
          "no permission to "
              + verb
              + " "
              + path
              + " as user "
              + System.getProperty("user.name")
              + "; change its permissions or its owner",
          fault);
    }
    return new TaustreamException("cannot " + verb + " " + path + ": " + reason(fault), fault);
  }

  private static String reason(IOException fault) {
    return fault instanceof FileSystemException system && system.getReason() != null
        ? system.getReason()
        : String.valueOf(fault.getMessage());
  }

  static TaustreamException isFolder(Path path) {
    return new TaustreamException(path + " is a folder; a file is expected");
  }

  static TaustreamException isSpecial(Path path) {
    return new TaustreamException(path + " is neither a file nor a folder; a file is expected");
  }

  /** Names the first folder on the way that is not there, since that is what has to be mended. */
  private static String missing(Path path) {
    Path folder = path.toAbsolutePath().getParent();
    Path firstMissing = null;
    while (folder != null && !Files.isDirectory(folder)) {
      firstMissing = folder;
      folder = folder.getParent();
    }
    if (firstMissing == null) {
      return path + " does not exist; check the name";
    }
    String found = Files.exists(firstMissing) ? " is no folder" : " does not exist";
    return path + " does not exist: its folder " + firstMissing + found;
  }
}
