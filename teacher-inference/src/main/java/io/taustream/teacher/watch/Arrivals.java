package io.taustream.teacher.watch;

import io.taustream.storage.TaustreamException;
import io.taustream.storage.object.ObjectInfo;
import io.taustream.storage.object.ObjectNotFoundException;
import io.taustream.storage.object.ObjectUri;
import io.taustream.teacher.ModelParts;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells from one listing after another which models have arrived. A model has when it and all that
 * belongs to it were listed in the same size and version twice in a row, so that nothing is taken
 * that is still being written. It is given once for each state of its parts; where it disappears it
 * is forgotten.
 *
 * <p>Thread-safe; what asks or puts off never waits for a listing that is being observed.
 */
final class Arrivals {
  private static final Logger LOG = LoggerFactory.getLogger(Arrivals.class);

  /** Listings in which a named file may be missing before the model is given without it. */
  static final int PATIENCE = 5;

  /** Listings that a model is left out of at most after it was put off. */
  static final int LONGEST_PAUSE = 64;

  private final Function<ObjectUri, List<ObjectUri>> namedBy;
  private final Map<ObjectUri, Candidate> candidates = new TreeMap<>();
  private final Queue<ObjectUri> putOff = new ConcurrentLinkedQueue<>();
  private Map<ObjectUri, ObjectInfo> before = Map.of();
  private volatile Set<ObjectUri> listed = Set.of();
  private volatile Map<ObjectUri, String> waiting = Map.of();

  /** What is known of one model. */
  private static final class Candidate {
    private List<ObjectInfo> own = List.of();
    private Optional<List<ObjectUri>> named = Optional.empty();
    private Optional<Sighting> given = Optional.empty();
    private String waiting = "";
    private int missed;
    private int timesPutOff;
    private int pause;

    /** The model or its card is another one: all that followed from it is void. */
    void begin(List<ObjectInfo> listed) {
      own = listed;
      named = Optional.empty();
      missed = 0;
      timesPutOff = 0;
      pause = 0;
    }

    void putOff() {
      timesPutOff = Math.min(timesPutOff + 1, Integer.SIZE - 2);
      pause = Math.min((1 << timesPutOff) - 1, LONGEST_PAUSE);
      given = Optional.empty();
    }
  }

  /**
   * @param namedBy the files that a model and its card name; it may block, and fail with a {@link
   *     TaustreamException}
   */
  Arrivals(Function<ObjectUri, List<ObjectUri>> namedBy) {
    this.namedBy = namedBy;
  }

  /** Begins anew. */
  synchronized void clear() {
    candidates.clear();
    putOff.clear();
    before = Map.of();
    listed = Set.of();
    waiting = Map.of();
  }

  /**
   * The models that have arrived with this listing, in the order of their names. Blocks while it
   * reads models.
   */
  synchronized List<Sighting> observe(List<ObjectInfo> listing) {
    Map<ObjectUri, ObjectInfo> now = new LinkedHashMap<>();
    listing.forEach(object -> now.put(object.uri(), object));
    candidates.keySet().retainAll(now.keySet());
    listed =
        now.keySet().stream()
            .filter(ModelParts::isModel)
            .collect(Collectors.toCollection(TreeSet::new));
    for (ObjectUri model = putOff.poll(); model != null; model = putOff.poll()) {
      Optional.ofNullable(candidates.get(model)).ifPresent(Candidate::putOff);
    }
    List<Sighting> arrived = new ArrayList<>();
    for (ObjectUri model : listed) {
      Candidate candidate = candidates.computeIfAbsent(model, first -> new Candidate());
      arrival(model, candidate, now).ifPresent(arrived::add);
    }
    waiting = waiting();
    before = now;
    return arrived;
  }

  private Optional<Sighting> arrival(
      ObjectUri model, Candidate candidate, Map<ObjectUri, ObjectInfo> now) {
    ObjectUri card = ModelParts.card(model);
    List<ObjectInfo> own =
        now.containsKey(card) ? List.of(now.get(model), now.get(card)) : List.of(now.get(model));
    if (!own.equals(candidate.own)) {
      candidate.begin(own);
      candidate.waiting = "it is new or has changed; it is taken when it stays as it is";
      return Optional.empty();
    }
    if (!readNames(model, candidate)) {
      return Optional.empty();
    }
    List<ObjectInfo> parts = new ArrayList<>(own);
    List<ObjectUri> missing = new ArrayList<>();
    for (ObjectUri part : candidate.named.orElseThrow()) {
      if (!now.containsKey(part)) {
        missing.add(part);
      } else if (now.get(part).equals(before.get(part))) {
        parts.add(now.get(part));
      } else {
        candidate.waiting = part + " is new or has changed";
        return Optional.empty();
      }
    }
    candidate.missed = missing.isEmpty() ? 0 : candidate.missed + 1;
    if (!missing.isEmpty() && candidate.missed < PATIENCE) {
      candidate.waiting = missing.get(0) + " is missing";
      return Optional.empty();
    }
    candidate.waiting = "";
    return given(candidate, new Sighting(model, parts, missing));
  }

  private static Optional<Sighting> given(Candidate candidate, Sighting sighting) {
    if (candidate.given.filter(sighting::equals).isPresent()) {
      return Optional.empty();
    }
    if (candidate.pause > 0) {
      candidate.pause--;
      candidate.waiting = "it was put off";
      return Optional.empty();
    }
    candidate.given = Optional.of(sighting);
    return candidate.given;
  }

  /** Whether it is known now which files belong to the model. */
  private boolean readNames(ObjectUri model, Candidate candidate) {
    if (candidate.named.isPresent()) {
      return true;
    }
    try {
      candidate.named = Optional.of(List.copyOf(namedBy.apply(model)));
      return true;
    } catch (ObjectNotFoundException e) {
      candidate.begin(List.of());
      candidate.waiting = "it has gone since it was listed";
    } catch (TaustreamException e) {
      if (!Objects.equals(candidate.waiting, e.getMessage())) {
        LOG.warn("{}; tried again at every poll", e.getMessage());
      }
      candidate.waiting = e.getMessage();
    }
    return false;
  }

  private Map<ObjectUri, String> waiting() {
    Map<ObjectUri, String> reasons = new TreeMap<>();
    candidates.forEach(
        (model, candidate) -> {
          if (!candidate.waiting.isEmpty()) {
            reasons.put(model, candidate.waiting);
          }
        });
    return reasons;
  }

  /**
   * Gives a model once more, though it stays as it is, after a pause of 1, 3, 7 and so on to
   * {@value #LONGEST_PAUSE} listings. Nothing happens where it has gone.
   */
  void putOff(ObjectUri model) {
    putOff.add(model);
  }

  /** The models of the latest listing. */
  Set<ObjectUri> listed() {
    return listed;
  }

  /** What the latest listing's models wait for that have not been given. */
  Map<ObjectUri, String> waitedFor() {
    return waiting;
  }
}
