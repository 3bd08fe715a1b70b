package io.taustream.storage.object;

import io.taustream.storage.TaustreamException;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A name with wildcards: {@code *} and {@code ?} stand for characters other than a slash, {@code
 * [a-z]} and {@code [!a-z]} for one of a set, a part {@code **} for any number of folders. As in a
 * shell, a wildcard at the beginning of a part does not stand for a dot. A backslash takes the
 * meaning of the next character away.
 *
 * @param literal the beginning without wildcards; all of it where there is no wildcard
 * @param regex what a whole name must match; empty where there is no wildcard
 * @param folders how many slashes a matching name can have behind {@code literal}
 */
record Glob(String literal, Optional<Pattern> regex, int folders) {
  /** Reads the pattern {@code glob}. */
  static Glob parse(String glob) {
    return new Parser(glob).parse();
  }

  /** A pattern that matches {@code name} alone. */
  static String escape(String name) {
    return name.replaceAll("[\\\\*?\\[]", "\\\\$0");
  }

  boolean matches(String name) {
    return regex.isPresent() ? regex.get().matcher(name).matches() : literal.equals(name);
  }

  /** Reads one pattern from left to right. */
  private static final class Parser {
    private final String glob;
    private final StringBuilder regex = new StringBuilder();
    private final StringBuilder plain = new StringBuilder();
    private String literal;
    private int folders;
    private int at;

    Parser(String glob) {
      this.glob = glob;
    }

    Glob parse() {
      while (at < glob.length()) {
        char c = glob.charAt(at);
        if (c == '*' || c == '?' || c == '[') {
          endPlain();
          wildcard(c);
        } else {
          at += c == '\\' && at + 1 < glob.length() ? 1 : 0;
          plain(glob.charAt(at++));
        }
      }
      if (literal == null) {
        return new Glob(plain.toString(), Optional.empty(), 0);
      }
      endPlain();
      return new Glob(
          literal, Optional.of(Pattern.compile(regex.toString(), Pattern.DOTALL)), folders);
    }

    private void plain(char c) {
      plain.append(c);
      if (c == '/' && literal != null && folders < Integer.MAX_VALUE) {
        folders++;
      }
    }

    /** Whole runs are quoted: a character may be two chars, which must stay together. */
    private void endPlain() {
      if (literal == null) {
        literal = plain.toString();
      }
      if (!plain.isEmpty()) {
        regex.append(Pattern.quote(plain.toString()));
        plain.setLength(0);
      }
    }

    private void wildcard(char c) {
      boolean partStart = at == 0 || glob.charAt(at - 1) == '/';
      boolean anyFolders = glob.startsWith("**", at);
      if (anyFolders) {
        folders = Integer.MAX_VALUE;
      }
      if (partStart && glob.startsWith("**/", at)) {
        regex.append("(?:(?!\\.)[^/]+/)*");
        at += 3;
        return;
      }
      if (partStart) {
        regex.append("(?!\\.)");
      }
      if (anyFolders) {
        regex.append("(?:[^/]|/(?!\\.))*");
        at += 2;
      } else if (c == '[') {
        set();
      } else {
        regex.append(c == '*' ? "[^/]*" : "[^/]");
        at++;
      }
    }

    private void set() {
      int first = at + 1;
      boolean negated = first < glob.length() && "!^".indexOf(glob.charAt(first)) >= 0;
      if (negated) {
        first++;
      }
      // As in a shell, a closing bracket in the first place is a member.
      int close = glob.indexOf(']', first + 1);
      if (close < 0) {
        throw new TaustreamException(
            "the pattern " + glob + " has '[' without ']'; write [[] for a bracket in a name");
      }
      regex.append(negated ? "(?!/)[^" : "(?!/)[");
      for (int i = first; i < close; i++) {
        char c = glob.charAt(i);
        if (c == '-' && i > first && i + 1 < close) {
          checkRange(i);
          regex.append('-');
        } else {
          regex.append(Character.isLetterOrDigit(c) ? String.valueOf(c) : "\\" + c);
        }
      }
      regex.append(']');
      at = close + 1;
    }

    private void checkRange(int dash) {
      if (glob.charAt(dash - 1) > glob.charAt(dash + 1)) {
        throw new TaustreamException(
            "the pattern "
                + glob
                + " has a range that runs backwards: "
                + glob.substring(dash - 1, dash + 2));
      }
    }
  }
}
