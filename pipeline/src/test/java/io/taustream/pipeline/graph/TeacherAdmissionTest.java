package io.taustream.pipeline.graph;

import static org.assertj.core.api.Assertions.assertThat;

import io.taustream.storage.TaustreamException;
import io.taustream.storage.object.ObjectUri;
import io.taustream.teacher.ModelFaultException;
import org.junit.jupiter.api.Test;

class TeacherAdmissionTest {
  private static final ObjectUri MODEL = new ObjectUri("s3", "bucket", "teachers/vit.onnx");

  @Test
  void refusesAModelForItsOwnFaultsAndNamesIt() {
    assertThat(TeacherAdmission.failed(MODEL, new ModelFaultException("vit.onnx is cut; copy it")))
        .isEqualTo(new Admission.Refused(MODEL, "vit.onnx is cut; copy it"));
    assertThat(TeacherAdmission.failed(MODEL, new ModelFaultException("it is cut")))
        .isEqualTo(new Admission.Refused(MODEL, "model " + MODEL + ": it is cut"));
  }

  @Test
  void putsAModelOffForFaultsOfOthers() {
    assertThat(TeacherAdmission.failed(MODEL, new TaustreamException("S3 cannot be reached")))
        .isEqualTo(new Admission.Postponed(MODEL, "S3 cannot be reached"));
  }

  @Test
  void refusesAModelThatABugMeets() {
    assertThat(TeacherAdmission.failed(MODEL, new IllegalStateException("no")))
        .isInstanceOfSatisfying(
            Admission.Refused.class,
            refused -> assertThat(refused.reason()).contains(MODEL.toString(), "please report"));
  }
}
