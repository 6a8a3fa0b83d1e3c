import SelectiveKernels
import TestSupport
import Testing

/// A kind of run that is recorded in shards.
struct ShardedKind: CustomTestStringConvertible, Sendable {
  let testDescription: String
  /// The experiment that a zoom of the same photographs, scales and shard stands for.
  let experiment: @Sendable (ZoomExperiment) -> any Experiment

  static let fields = ShardedKind(testDescription: "fields") { zoom in
    var fields = FieldExperiment(
      model: "sknet26-tiny", images: zoom.images, nodes: ["SK_3_2"], workers: zoom.workers,
      out: zoom.out)
    fields.shard = zoom.shard
    return fields
  }

  static let all = [
    ShardedKind(testDescription: "zoom") { $0 },
    // Some take from all photographs.
    ShardedKind(testDescription: "lesions") { zoom in
      LesionExperiment(
        zoom, lesions: [.frozen, .shuffled, .matched, .mean, .meanShift, .pictureSpecific, .matrix])
    },
    fields,
    ShardedKind(testDescription: "fields with every null") { zoom in
      var fields = FieldExperiment(
        model: "sknet26-tiny", images: zoom.images, nodes: ["SK_2_2"], positions: 2,
        workers: zoom.workers, out: zoom.out)
      fields.shard = zoom.shard
      var nulls = AskedNulls()
      (nulls.seeds, nulls.sizes, nulls.controls) = (1, [48], [.psf, .blur])
      // Others for some of the photographs.
      nulls.others = [FilePath(Photographs.samples + "/n01882714_koala.JPEG")]
      fields.nulls = nulls
      return fields
    },
    ShardedKind(testDescription: "fields of noise") { zoom in
      var fields = FieldExperiment(
        model: Fixtures.path("onnx/dilated.onnx"), noise: 4, workers: zoom.workers, out: zoom.out)
      fields.shard = zoom.shard
      return fields
    },
  ]

  /// The table of a whole run.
  func perform(_ asked: ZoomExperiment) throws -> String {
    func table<Asked: Experiment>(_ asked: Asked) throws -> String {
      try ExperimentRun(asked).perform().table
    }
    return try table(experiment(asked))
  }

  /// How far a shard is once it is recorded.
  func performShard(_ asked: ZoomExperiment) throws -> RunStatus {
    func status<Asked: Experiment>(_ asked: Asked) throws -> RunStatus {
      try ExperimentRun(asked).performShard()
    }
    return try status(experiment(asked))
  }
}
