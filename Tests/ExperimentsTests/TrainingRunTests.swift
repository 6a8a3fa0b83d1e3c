import Foundation
import Pictures
import SelectiveKernels
import TestSupport
import Testing

@Suite("A training", .serialized)
struct TrainingRunTests {
  @Test("learns, and leaves models that every command takes")
  func learns() throws {
    let toy = try ToyTraining()
    let run = try toy.run("run", ["--json"])
    #expect(run.status == 0, "\(run.error)")
    let results = try JSONDecoder().decode(TrainingResults.self, from: Data(run.output.utf8))
    #expect(results.epochs.count == 12 && results.steps == 72)
    #expect(results.epochs.map(\.size) == [8, 8, 8, 8, 8, 8, 16, 16, 16, 16, 16, 16])
    let last = try #require(results.epochs.last?.validation)
    // Three colours that one channel's mean tells apart.
    #expect(last.images == 12 && last.top1 >= 0.9)
    for name in ["best", "last"] {
      let path = toy.folder("run/\(name).safetensors")
      let model = try Model(contentsOfFile: path)
      #expect(model.name == "toy" && model.classes == ["blue", "green", "red"])
      #expect(model.preprocessing == Preprocessing(size: 16))
      #expect(model.architecture.stages.map(\.width) == [8, 16])
      let metadata = try SafetensorsFile(contentsOfFile: path).metadata
      #expect(metadata["training"]?.contains("epochs of 48 pictures (folders), seed 1") == true)
      #expect(metadata["recipe"]?.contains("\"batch\":8") == true)
    }
    // Another path through the product comes to the same accuracy.
    let evaluation = try CommandLineRun([
      "evaluate", toy.folder("run/last.safetensors"), "--data", toy.data + "/val", "--json",
      "--quiet",
    ])
    let report = try #require(
      JSONSerialization.jsonObject(with: Data(evaluation.output.utf8)) as? [String: Any])
    #expect(report["top1"] as? Double == last.top1)
    #expect(report["images"] as? Int == 12)
    #expect(try CommandLineRun(["inspect", toy.folder("run/best.safetensors")]).status == 0)
    let log = try toy.log("run")
    #expect(log.count { $0[0] == "epoch" } == 12 && log.count { $0[0] == "validation" } == 12)
    #expect(FileManager.default.fileExists(atPath: toy.folder("run/training-curve.png")))
  }

  @Test(
    "killed at any moment and resumed, ends with the bits of an undisturbed one",
    arguments: Precision.allCases.filter {
      isThere($0.isSupported, else: "bfloat16 for want of AVX512-BF16")
    })
  func killed(_ precision: Precision) throws {
    let toy = try ToyTraining(changes: ["precision": precision.rawValue])
    #expect(try toy.run("undisturbed").status == 0)
    for milliseconds in [1, 5, 12, 30, 60] {
      try toy.kill("killed", afterMilliseconds: milliseconds)
    }
    let resumed = try toy.run("killed", ["--resume"])
    #expect(resumed.status == 0, "\(resumed.error)")
    for name in ["last.safetensors", "best.safetensors", "training-curve.png"] {
      #expect(toy.bytes("killed/" + name) == toy.bytes("undisturbed/" + name), "\(name)")
    }
    let checkpoints = try ["killed", "undisturbed"].map {
      try SafetensorsFile(contentsOfFile: toy.folder($0 + "/checkpoint.safetensors"))
    }
    #expect(checkpoints[0].names == checkpoints[1].names)
    for name in checkpoints[0].names {
      #expect(try checkpoints[0].bytes(of: name) == checkpoints[1].bytes(of: name), "\(name)")
    }
    #expect(try toy.log("killed") == toy.log("undisturbed"))
    // A finished one is printed again.
    let again = try toy.run("killed", ["--resume"])
    #expect(again.status == 0 && again.output == resumed.output)
  }

  @Test("on a full disk says so in one line, and goes on from the checkpoint before")
  func fullDisk() throws {
    let toy = try ToyTraining()
    #expect(try toy.run("undisturbed").status == 0)
    try toy.kill("stopped", afterMilliseconds: 1)
    let before = toy.bytes("stopped/checkpoint.safetensors")
    // 20 KB hold the log, but neither a model nor a checkpoint.
    let stopped = try toy.run("stopped", ["--resume"], fileLimit: 40)
    #expect(stopped.status == 1)
    #expect(stopped.error.split(separator: "\n").count == 1, "\(stopped.error)")
    #expect(stopped.error.contains(".safetensors: cannot be written: File too large"))
    #expect(before != nil && toy.bytes("stopped/checkpoint.safetensors") == before)
    let resumed = try toy.run("stopped", ["--resume"])
    #expect(resumed.status == 0, "\(resumed.error)")
    #expect(toy.bytes("stopped/last.safetensors") == toy.bytes("undisturbed/last.safetensors"))
  }

  @Test("works a batch off in parts, whose gradients make one step")
  func accumulates() throws {
    let recipe = [
      "epochs": "1", "batch": "9", "accumulate": "2", "sizes": "[{size: 16}]", "average": "",
    ]
    let toy = try ToyTraining(changes: recipe)
    let run = try toy.run("run")
    #expect(run.status == 0, "\(run.error)")
    // The same by hand: four and five pictures, then a step.
    let experiment = try TrainingFile(contentsOfFile: toy.file, out: toy.folder("x")).experiment
    let sets = try TrainingSets(folder: toy.data, seed: 1)
    let maker = BatchMaker(
      BatchRecipe(
        pictures: sets.training, augmentation: experiment.recipe.augmentation,
        preprocessing: experiment.preprocessing, batch: 9, seed: 1))
    var architecture = experiment.architecture
    architecture.classes = 3
    var weights = Weights.initialized(for: architecture, seed: 1)
    for unit in architecture.units {
      let name = unit.prefix + "expand.bn.weight"
      weights[name] = Tensor(
        shape: [unit.output], values: [Float](repeating: 0, count: unit.output))
    }
    let state = try TrainingState(architecture, weights: weights)
    let network = try TrainingNetwork(state, batch: 5, height: 16, width: 16, workers: 2)
    let length = RunLength(epochs: 1, stepsPerEpoch: 5)
    for step in 0..<5 {
      let batch = try maker.batch(step: step, size: 16)
      for range in [0..<4, 4..<9] {
        _ = try network.forwardBackward(
          pixels: Array(batch.pixels[768 * range.lowerBound..<768 * range.upperBound]),
          labels: Array(batch.labels[range]), labelSmoothing: 0.1)
      }
      try experiment.recipe.optimizer.step(
        state, learningRate: experiment.recipe.rate.rate(step: step, of: length))
    }
    let model = try Model(contentsOfFile: toy.folder("run/last.safetensors"))
    for (name, tensor) in state.weights.tensors {
      #expect(model.weights[name] == tensor, "\(name)")
    }
  }

  @Test("does not depend on whether pictures are in memory")
  func memory() throws {
    let toy = try ToyTraining(changes: ["epochs": "3"])
    #expect(try toy.run("kept").status == 0)
    try toy.write(changes: ["epochs": "3"], data: "{folder: \(toy.data), memory: 0}")
    #expect(try toy.run("streamed").status == 0)
    #expect(toy.bytes("streamed/last.safetensors") == toy.bytes("kept/last.safetensors"))
    #expect(toy.bytes("kept/last.safetensors") != nil)
  }

  @Test("refuses to go on as another one, saying what differs")
  func refusals() throws {
    let toy = try ToyTraining(changes: ["epochs": "1"])
    #expect(try toy.run("run").status == 0)
    func refused(_ phrase: String, _ arguments: [String] = ["--resume"]) throws {
      let run = try CommandLineRun(
        ["train", toy.file, "--out", toy.folder("run"), "--quiet"] + arguments)
      #expect(run.status != 0)
      #expect(run.error.contains(phrase), "\(run.error)")
    }
    try refused("holds a training already; --resume goes on with it", [])
    try refused(
      "--workers 1: the training was begun with 2 threads", ["--resume", "--workers", "1"])
    try refused("recipe.minutes: nothing was recorded, 5 is given", ["--resume", "--minutes", "5"])
    try toy.write(changes: ["epochs": "1", "batch": "4"])
    try refused("recipe.batch: 8 was recorded, 4 is given")
    if Precision.bf16.isSupported {
      try toy.write(changes: ["epochs": "1", "precision": "bf16"])
      try refused("recipe.precision: f32 was recorded, bf16 is given")
    }
    try toy.write(changes: ["epochs": "1"], seed: 2)
    try refused("seed: 1 was recorded, 2 is given")
    try toy.write(changes: ["epochs": "1"])
    try FileManager.default.removeItem(atPath: toy.data + "/train/red/3.png")
    try refused("pictures.training: 48 was recorded, 47 is given")
    try Data(count: 100).write(to: URL(filePath: toy.folder("run/checkpoint.safetensors")))
    try refused("checkpoint.safetensors")
  }

  @Test("lists pictures that are broken, trains without them and ends with 3")
  func broken() throws {
    let toy = try ToyTraining(changes: ["epochs": "2"])
    for name in ["train/red/3.png", "val/blue/17.png"] {
      try Data("not a picture".utf8).write(to: URL(filePath: "\(toy.data)/\(name)"))
    }
    for memory in ["{folder: \(toy.data)}", "{folder: \(toy.data), memory: 0}"] {
      try toy.write(changes: ["epochs": "2"], data: memory)
      let run = try toy.run("run\(memory.count)", ["--json"])
      #expect(run.status == 3)
      let results = try JSONDecoder().decode(TrainingResults.self, from: Data(run.output.utf8))
      #expect(results.failed.count == 2)
      #expect(results.epochs.last?.validation?.images == 11)
      #expect(run.error.contains("failed: \(toy.data)/train/red/3.png: neither a JPEG nor a PNG"))
    }
  }

  @Test("counts pictures beyond the limit among the broken, by flag and by file")
  func large() throws {
    let toy = try ToyTraining(changes: ["epochs": "1"])
    let large = "\(toy.data)/train/red/3.png"
    try Picture(width: 30, height: 30, pixels: Array(repeating: 90, count: 30 * 30 * 3))
      .writePNG(toFile: large)
    #expect(try toy.run("whole").status == 0)
    let flagged = try toy.run("flagged", ["--max-megapixels", "0.0005"])
    try toy.write(
      changes: ["epochs": "1"], data: "{folder: \(toy.data), maximumMegapixels: 0.0005}")
    let filed = try toy.run("filed")
    for run in [flagged, filed] {
      #expect(run.status == 3)
      #expect(
        run.error.contains("failed: \(large): 30 × 30 pixels are more than the limit"),
        "\(run.error)")
    }
  }

  @Test("knows its data set by the names within it, however it and a folder in it are typed")
  func typed() throws {
    let toy = try ToyTraining()
    try FileManager.default.moveItem(atPath: toy.data + "/val", toPath: toy.data + "/kept")
    let steps = FileManager.default.currentDirectoryPath.split(separator: "/").count
    let up = String(repeating: "../", count: steps)
    func digest(_ data: String, _ validation: String) throws -> String {
      var experiment = try TrainingFile(contentsOfFile: toy.file, out: toy.folder("run")).experiment
      (experiment.data, experiment.validation) = (data, validation)
      return try TrainingSpecification.Pictures(experiment.sets(), of: experiment).sha256
    }
    var lines = ""
    for part in ["train", "kept"] {
      for (index, name) in ["blue", "green", "red"].enumerated() {
        let files = try FileManager.default.contentsOfDirectory(
          atPath: "\(toy.data)/\(part)/\(name)")
        for file in files.sorted() {
          let path = "/\(part)/\(name)/\(file)"
          lines += "\(path)\t\(index)\t\(try #require(toy.bytes("data" + path)).count)\n"
        }
      }
    }
    let expected = SHA256.hexDigest(of: lines.utf8)
    try toy.scratch.link("link", to: toy.data)
    let (absolute, relative) = (toy.data, up + toy.data.dropFirst())
    for data in [absolute, relative] {
      for validation in [absolute, relative] {
        #expect(try digest(data, validation + "/kept") == expected, "\(data) \(validation)")
      }
    }
    #expect(try digest(relative, toy.folder("link") + "/kept") == expected)
    // Elsewhere it has names of its own.
    try FileManager.default.copyItem(atPath: toy.data + "/kept", toPath: toy.folder("apart"))
    let apart = try digest(absolute, toy.folder("apart"))
    #expect(try digest(relative, toy.folder("apart")) == apart && apart != expected)
  }

  @Test("that diverges stops with step and place")
  func divergence() throws {
    let toy = try ToyTraining(
      changes: ["learningRate": "1000", "schedule": "step", "momentum": "0.99", "epochs": "200"])
    let run = try toy.run("run")
    #expect(run.status == 1)
    #expect(run.error.contains("training diverged at step"), "\(run.error)")
    #expect(run.error.split(separator: "\n").count == 1)
  }

  @Test("fits into a time by a number of steps that it keeps")
  func minutes() throws {
    let toy = try ToyTraining()
    let run = try CommandLineRun([
      "train", toy.file, "--out", toy.folder("run"), "--minutes", "0.05", "--json",
    ])
    #expect(run.status == 0, "\(run.error)")
    #expect(run.error.contains("fit into 0.05 minutes: a step takes"))
    let results = try JSONDecoder().decode(TrainingResults.self, from: Data(run.output.utf8))
    // The machine may be busier now than when it was measured, or less.
    #expect(results.steps > 1 && results.minutes < 0.5)
    let again = try toy.run("run", ["--resume"])
    #expect(again.status == 0, "\(again.error)")
    let none = try toy.run("other", ["--minutes", "0"])
    #expect(none.status == 64)
  }
}
