package io.taustream;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The dependencies between the parts, as docs/architecture.md states them. */
@AnalyzeClasses(
    packages = "io.taustream",
    importOptions = {ImportOption.DoNotIncludeTests.class, ArchitectureTest.NoTestJars.class})
class ArchitectureTest {
  /** The tests of storage come as a jar. */
  static final class NoTestJars implements ImportOption {
    @Override
    public boolean includes(com.tngtech.archunit.core.importer.Location location) {
      return !location.contains("test-classes") && !location.contains("-tests.jar");
    }
  }

  @ArchTest
  static final ArchRule partsDependOneWay =
      layeredArchitecture()
          .consideringOnlyDependenciesInAnyPackage("io.taustream..")
          .layer("storage")
          .definedBy("io.taustream.storage..")
          .layer("ingest")
          .definedBy("io.taustream.ingest..")
          .layer("teacher")
          .definedBy("io.taustream.teacher..")
          .layer("student")
          .definedBy("io.taustream.student..")
          .layer("pipeline")
          .definedBy("io.taustream.pipeline..")
          .whereLayer("pipeline")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("student")
          .mayOnlyBeAccessedByLayers("pipeline")
          .whereLayer("teacher")
          .mayOnlyBeAccessedByLayers("pipeline")
          .whereLayer("ingest")
          .mayOnlyBeAccessedByLayers("pipeline", "student", "teacher")
          .whereLayer("storage")
          .mayOnlyBeAccessedByLayers("pipeline", "student", "teacher", "ingest");

  @ArchTest
  static final ArchRule everyClassBelongsToAPart =
      classes()
          .that()
          .resideInAPackage("io.taustream..")
          .should()
          .resideInAnyPackage(
              "io.taustream.storage..",
              "io.taustream.ingest..",
              "io.taustream.teacher..",
              "io.taustream.student..",
              "io.taustream.pipeline..");

  @ArchTest
  static final ArchRule onlyTheTeacherKnowsOnnxRuntime =
      onlyIn("io.taustream.teacher..", "ai.onnxruntime..");

  @ArchTest
  static final ArchRule onlyTheStudentKnowsDjl = onlyIn("io.taustream.student..", "ai.djl..");

  @ArchTest
  static final ArchRule onlyStorageKnowsTheS3Client =
      onlyIn("io.taustream.storage..", "software.amazon..");

  @ArchTest
  static final ArchRule onlyStorageKnowsParquet =
      onlyIn("io.taustream.storage..", "org.apache.parquet..");

  @ArchTest
  static final ArchRule onlyParquetKnowsHadoop =
      onlyIn("io.taustream.storage.share..", "org.apache.hadoop..");

  @ArchTest
  static final ArchRule onlyIngestKnowsOpenCv = onlyIn("io.taustream.ingest..", "org.opencv..");

  @ArchTest
  static final ArchRule onlyTheCommandsKnowTheCommandLine =
      onlyIn("io.taustream.pipeline.command..", "picocli..");

  @ArchTest static final ArchRule packagesOfStorageHaveNoCycles = noCycles("storage");

  @ArchTest static final ArchRule packagesOfIngestHaveNoCycles = noCycles("ingest");

  @ArchTest static final ArchRule packagesOfTeacherHaveNoCycles = noCycles("teacher");

  @ArchTest static final ArchRule packagesOfStudentHaveNoCycles = noCycles("student");

  @ArchTest static final ArchRule packagesOfPipelineHaveNoCycles = noCycles("pipeline");

  @ArchTest
  static final ArchRule namesSayWhatAClassIs =
      noClasses().should().haveNameMatching(".*(Utils?|Helpers?|Managers?|Misc|Common)(\\$.*)?");

  private static ArchRule onlyIn(String part, String library) {
    return noClasses()
        .that()
        .resideOutsideOfPackage(part)
        .should()
        .dependOnClassesThat()
        .resideInAPackage(library);
  }

  /** Between the packages of a part; a part of one package has nothing to check. */
  private static ArchRule noCycles(String part) {
    return slices()
        .matching("io.taustream.%s.(*)..".formatted(part))
        .should()
        .beFreeOfCycles()
        .allowEmptyShould(true);
  }
}
