package io.taustream.teacher;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtProvider;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/**
 * Chooses the execution providers that a model is tried on.
 *
 * <p>{@code auto} takes CUDA where the runtime offers it and it starts, else the CPU. The others it
 * takes never, each for the reason that its class gives: whoever wants one names it.
 */
final class DeviceSelection {
  /** Everything that {@code auto} thinks of, in order of preference. */
  private static final List<Device> PREFERENCE =
      List.of(
          new Device.Cuda(0),
          new Device.TensorRt(0),
          new Device.DirectMl(0),
          new Device.OpenVino("GPU"),
          new Device.Cpu());

  private final Set<OrtProvider> offered;

  DeviceSelection(Collection<OrtProvider> offered) {
    this.offered = Set.copyOf(offered);
  }

  /** What this machine's ONNX Runtime offers. */
  static DeviceSelection ofRuntime() {
    return new DeviceSelection(OrtEnvironment.getAvailableProviders());
  }

  /** The names of the execution providers that the runtime offers, such as {@code CPU}. */
  static List<String> providers() {
    return ofRuntime().names();
  }

  private List<String> names() {
    return offered.stream()
        .map(provider -> provider.getName().replace("ExecutionProvider", ""))
        .sorted()
        .toList();
  }

  /**
   * What to try.
   *
   * @param providers one or more, the first that starts is used
   * @param why what the log says of the choice
   */
  record Choice(List<ExecutionProvider> providers, String why) {
    Choice {
      providers = List.copyOf(providers);
    }
  }

  /**
   * Chooses.
   *
   * @throws io.taustream.storage.TaustreamException if a device is asked for that the runtime does
   *     not offer
   */
  Choice choose(ModelFile model, Device wanted) {
    return ExecutionProvider.of(wanted).map(named -> named(model, named)).orElseGet(this::auto);
  }

  private Choice named(ModelFile model, ExecutionProvider named) {
    if (!offered.contains(named.name())) {
      throw model.failure(
          "device %s is asked for, but this ONNX Runtime offers only %s; %s, or device: cpu"
              .formatted(named.device().text(), names(), named.source()));
    }
    return new Choice(List.of(named), "the settings say so");
  }

  private Choice auto() {
    List<ExecutionProvider> tried = new ArrayList<>();
    List<String> passedOver = new ArrayList<>();
    for (Device device : PREFERENCE) {
      ExecutionProvider provider = ExecutionProvider.of(device).orElseThrow();
      if (!offered.contains(provider.name())) {
        continue;
      }
      provider
          .onlyByChoice()
          .ifPresentOrElse(
              reason -> passedOver.add(device.text() + " only where it is named: " + reason),
              () -> tried.add(provider));
    }
    String why = "this ONNX Runtime offers " + names();
    return new Choice(
        tried, passedOver.isEmpty() ? why : why + "; " + String.join("; ", passedOver));
  }
}
