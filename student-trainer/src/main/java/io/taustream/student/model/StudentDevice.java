package io.taustream.student.model;

import ai.djl.Device;
import io.taustream.storage.TaustreamException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The device that a student is trained on. CUDA needs a libtorch that has it, which {@code
 * PYTORCH_LIBRARY_PATH} names; that path has not been proven on a GPU yet. Immutable.
 */
public final class StudentDevice {
  private static final Logger LOG = LoggerFactory.getLogger(StudentDevice.class);

  private final Device device;

  private StudentDevice(Device device) {
    this.device = device;
  }

  /**
   * Chooses a device and says in the log which, and why.
   *
   * @param text {@code auto}, {@code cpu}, {@code cuda} or {@code cuda:N}; {@code auto} is the
   *     first GPU that libtorch sees, else the CPU
   * @throws TaustreamException if CUDA is asked for and libtorch has no such device
   */
  public static StudentDevice choose(String text) {
    int gpus = TorchEngine.get().getGpuCount();
    if (text.equals("cpu")) {
      LOG.info("Student on the CPU: device is cpu");
      return new StudentDevice(Device.cpu());
    }
    if (text.equals("auto") && gpus == 0) {
      LOG.info("Student on the CPU: libtorch sees no GPU");
      return new StudentDevice(Device.cpu());
    }
    int index = text.startsWith("cuda:") ? Integer.parseInt(text.substring("cuda:".length())) : 0;
    if (index >= gpus) {
      throw new TaustreamException(
          ("device is %s and libtorch sees %d GPUs; set device: cpu, or PYTORCH_LIBRARY_PATH to a"
                  + " libtorch with CUDA")
              .formatted(text, gpus));
    }
    LOG.info("Student on GPU {} of {}: device is {}", index, gpus, text);
    return new StudentDevice(Device.gpu(index));
  }

  Device device() {
    return device;
  }

  @Override
  public String toString() {
    return device.isGpu() ? "cuda:" + device.getDeviceId() : "cpu";
  }
}
