package io.taustream.storage.object;

import io.taustream.storage.TaustreamException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Brace expansion as in a shell: {@code {0000..0019}} counts, up or down, and keeps leading zeros;
 * {@code {a,b}} lists, and may hold braces itself. A backslash takes the meaning of the next
 * character away, and stays in the text for {@link Glob}.
 */
final class Braces {
  private static final Pattern RANGE = Pattern.compile("(\\d{1,9})\\.\\.(\\d{1,9})");
  private static final int MOST = 1_000_000;

  private final String whole;

  private Braces(String whole) {
    this.whole = whole;
  }

  /** The texts that {@code text} stands for, in order; {@code text} alone if it has no braces. */
  static List<String> expand(String text) {
    return new Braces(text).expandPart(text);
  }

  private List<String> expandPart(String text) {
    int open = find(text, 0, '{');
    if (open < 0) {
      if (find(text, 0, '}') >= 0) {
        throw wrong("a closing brace without an opening one");
      }
      return List.of(text);
    }
    int close = closing(text, open);
    String head = text.substring(0, open);
    List<String> middles = alternatives(text.substring(open + 1, close));
    List<String> tails = expandPart(text.substring(close + 1));
    if ((long) middles.size() * tails.size() > MOST) {
      throw wrong("braces that stand for more than " + MOST + " names");
    }
    List<String> all = new ArrayList<>(middles.size() * tails.size());
    for (String middle : middles) {
      for (String tail : tails) {
        all.add(head + middle + tail);
      }
    }
    return all;
  }

  private List<String> alternatives(String inside) {
    Matcher range = RANGE.matcher(inside);
    if (range.matches()) {
      return count(range.group(1), range.group(2));
    }
    List<String> all = new ArrayList<>();
    int start = 0;
    int depth = 0;
    for (int i = 0; i < inside.length(); i++) {
      char c = inside.charAt(i);
      if (c == '\\') {
        i++;
      } else if (c == '{') {
        depth++;
      } else if (c == '}') {
        depth--;
      } else if (c == ',' && depth == 0) {
        all.addAll(expandPart(inside.substring(start, i)));
        start = i + 1;
      }
    }
    if (start == 0) {
      throw wrong("'{" + inside + "}'");
    }
    all.addAll(expandPart(inside.substring(start)));
    return all;
  }

  private List<String> count(String first, String last) {
    boolean padded =
        (first.length() > 1 && first.startsWith("0"))
            || (last.length() > 1 && last.startsWith("0"));
    int width = padded ? Math.max(first.length(), last.length()) : 1;
    int from = Integer.parseInt(first);
    int to = Integer.parseInt(last);
    int size = Math.abs(to - from) + 1;
    if (size > MOST) {
      throw wrong("a range of more than " + MOST + " names");
    }
    int step = to < from ? -1 : 1;
    List<String> all = new ArrayList<>(size);
    for (int i = 0; i < size; i++) {
      String digits = Integer.toString(from + i * step);
      all.add("0".repeat(Math.max(0, width - digits.length())) + digits);
    }
    return all;
  }

  private int closing(String text, int open) {
    int depth = 0;
    for (int i = open; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\\') {
        i++;
      } else if (c == '{') {
        depth++;
      } else if (c == '}' && --depth == 0) {
        return i;
      }
    }
    throw wrong("an opening brace without a closing one");
  }

  private static int find(String text, int from, char wanted) {
    for (int i = from; i < text.length(); i++) {
      if (text.charAt(i) == '\\') {
        i++;
      } else if (text.charAt(i) == wanted) {
        return i;
      }
    }
    return -1;
  }

  private TaustreamException wrong(String found) {
    return new TaustreamException(
        "the pattern "
            + whole
            + " has "
            + found
            + "; braces hold a range {0000..0019} or a list {a,b}, and \\{ is a brace in a name");
  }
}
