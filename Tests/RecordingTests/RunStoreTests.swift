import Foundation
import Recording
import RecordingCrashWriter
import SystemPackage
import TestSupport
import Testing

@Suite("What is recorded is read back")
struct RunStoreTests {
  let scratch: ScratchFolder
  let folder: String
  let run = MadeUpRun(count: 15)

  init() throws {
    scratch = try ScratchFolder()
    folder = scratch.path("made/for/it")
  }

  @Test("whatever the batches", arguments: [1, 2, 4, 15])
  func batches(size: Int) throws {
    let store = try run.begin(in: folder)
    #expect(try StoreContent(store) == StoreContent(run, first: 0))
    for start in stride(from: 0, to: run.count, by: size) {
      #expect(try !store.isFinished())
      try store.append((start..<min(start + size, run.count)).map(run.outcome))
    }
    #expect(try store.isFinished())
    #expect(try StoreContent(store) == StoreContent(run, first: run.count))
  }

  @Test("with names that are no UTF-8, or differ by their bytes alone")
  func names() throws {
    let paths = [[0x61, 0xFF], [0x61, 0xFE], [0xC3, 0xA9], [0x65, 0xCC, 0x81]].map {
      FilePath(platformString: $0.map { CChar(truncatingIfNeeded: $0) } + [0])
    }
    let images = paths.enumerated().map { RecordedImage(index: $0, path: $1, sha256: "\($0)") }
    let store = try RunStore.create(
      in: folder, kind: "zoom", description: run.description, images: images)
    #expect(try store.images() == images)
    #expect(try store.differences(from: run.description, images: images) == [])
    var others = images
    others[3].path = paths[2]
    others.remove(at: 2)
    #expect(
      try store.differences(from: run.description, images: others).first
        == "photographs: e\u{301} recorded but not given")
    others = images
    others[0].path = FilePath("a\u{FFFD}")
    let differences = try store.differences(from: run.description, images: others)
    #expect(differences.contains("photographs: a\\xFF recorded but not given"))
  }

  @Test("in the order of the photographs, whatever the order of recording")
  func order() throws {
    let store = try run.begin(in: folder)
    try store.append([9, 0, 14, 3].map(run.outcome))
    var seen: [Int] = []
    try store.forEachImage { image, _ in seen.append(image.index) }
    #expect(seen == [0, 3, 9, 14])
    #expect(try store.recordedImages() == [0, 3, 9, 14])
  }

  private static let floats: [Float] = [-0.0, .leastNonzeroMagnitude, 0.1, 1 - .ulpOfOne, 1]

  private static func row(means: [Double] = [-0.0, 1 / 3]) -> StimulusRow {
    let units = [
      UnitRow(
        means: means, profile: (0..<16).map { floats[$0 % 5] }, channels: nil, channelsUp: nil),
      UnitRow(
        means: [.leastNonzeroMagnitude, 1 - .ulpOfOne], profile: (0..<24).map { floats[$0 % 4] },
        channels: (0..<24).map { floats[$0 % 5] }, channelsUp: 1 / 3),
    ]
    return StimulusRow(
      scale: 4 / 3, control: "blur", isUndersampled: true, visibleShare: 0.1, sourceSide: 1e9 / 7,
      rank: 3, logits: [], units: units)
  }

  @Test("to the bit, with negative zero, the smallest numbers and empty arrays")
  func bits() throws {
    let row = Self.row()
    let units = row.units
    do {
      let store = try run.begin(in: folder)
      try store.append([ImageOutcome(imageIndex: 4, result: .stimuli([row]))])
    }
    let store = try RunStore.open(folder, forWriting: false)
    var read: [StimulusRow] = []
    try store.forEachImage(reading: [.logits, .profiles, .channels]) { read += $1 }
    let back = try #require(read.first)
    #expect(read.count == 1)
    #expect(back.scale == 4 / 3 && back.sourceSide == 1e9 / 7 && back.visibleShare == 0.1)
    #expect(back.logits == [] && back.units[0].channels == nil)
    for (unit, expected) in zip(back.units, units) {
      #expect(unit.means.map(\.bitPattern) == expected.means.map(\.bitPattern))
      #expect(unit.profile.map(\.bitPattern) == expected.profile.map(\.bitPattern))
      #expect(unit.channels?.map(\.bitPattern) == expected.channels?.map(\.bitPattern))
      #expect(unit.channelsUp == expected.channelsUp)
    }
  }

  @Test(
    "and what could not be read back is not recorded", arguments: [Double.nan, .infinity, -1, 2])
  func impossible(mean: Double) throws {
    let store = try run.begin(in: folder, recording: 2)
    let outcomes = [
      run.outcome(2), ImageOutcome(imageIndex: 4, result: .stimuli([Self.row(means: [mean, 0])])),
    ]
    let error = recordingError { try store.append(outcomes) }
    #expect(error?.description.contains("photograph 4, stimulus 0 cannot be recorded") == true)
    #expect(try StoreContent(store) == StoreContent(run, first: 2))
  }

  @Test("a photograph that failed is pending, and may be recorded again")
  func again() throws {
    let store = try run.begin(in: folder, recording: 8)
    #expect(try store.pendingImages() == [6] + Array(8..<15))
    try store.append([ImageOutcome(imageIndex: 6, result: .failed("worse"))])
    #expect(try store.images()[6].error == "worse")
    #expect(try store.recordedImages() == Set(0..<8))
    guard case .stimuli(let stimuli) = run.outcome(5).result else { return }
    try store.append([ImageOutcome(imageIndex: 6, result: .stimuli(stimuli))])
    #expect(try store.images()[6].error == nil && store.pendingImages() == Array(8..<15))
    var seen: [[StimulusRow]] = []
    try store.forEachImage(reading: [.logits, .profiles, .channels]) { seen.append($1) }
    #expect(seen[6].map(\.logits) == stimuli.map(\.logits))
  }

  @Test("what lesions take from other photographs is forgotten with them, failures are not")
  func sources() throws {
    let store = try run.begin(in: folder, recording: 8)
    #expect(try store.sources() == [])
    try store.note(sources: [0, 3], forgetting: false)
    #expect(try store.sources() == [0, 3] && store.recordedImages() == Set(0..<8))
    try store.note(sources: [0, 3, 6], forgetting: true)
    #expect(try store.sources() == [0, 3, 6] && store.recordedImages() == [6])
    try store.append((0..<6).map(run.outcome))
    #expect(try store.pendingImages() == Array(6..<15))
  }

  @Test("without the parts that were not asked for")
  func parts() throws {
    let store = try run.begin(in: folder, recording: 1)
    try store.forEachImage { _, stimuli in
      for stimulus in stimuli {
        #expect(stimulus.logits.isEmpty)
        #expect(stimulus.units.allSatisfy { $0.profile.isEmpty && $0.channels == nil })
        #expect(stimulus.units.allSatisfy { $0.means.count == 2 })
      }
    }
  }

  @Test("a photograph recorded twice is refused, and its batch with it", arguments: [2, 5])
  func twice(index: Int) throws {
    let store = try run.begin(in: folder, recording: 7)
    let error = recordingError { try store.append([8, index].map(run.outcome)) }
    #expect(error?.description.contains("photograph \(index) is recorded already") == true)
    #expect(try StoreContent(store) == StoreContent(run, first: 7))
    #expect(recordingError { try store.append([run.outcome(7), run.outcome(7)]) } != nil)
    #expect(recordingError { try store.append([MadeUpRun(count: 99).outcome(98)]) } != nil)
    #expect(try StoreContent(store) == StoreContent(run, first: 7))
  }

  @Test("one process writes, others read meanwhile")
  func oneWriter() throws {
    let writer = try run.begin(in: folder, recording: 3)
    #expect(
      recordingError { _ = try RunStore.open(folder, forWriting: true) } == .busy(folder: folder))
    #expect(recordingError { try RunStore.remove(from: folder) } == .busy(folder: folder))
    let reader = try RunStore.open(folder, forWriting: false)
    #expect(try StoreContent(reader) == StoreContent(run, first: 3))
    try reader.forEachImage { image, _ in
      // A reader in the middle of its reading does not hold the writer up.
      if image.index == 1 { try writer.append([run.outcome(3)]) }
    }
    #expect(try StoreContent(reader) == StoreContent(run, first: 4))
    #expect(recordingError { try reader.append([run.outcome(4)]) } != nil)
  }

  @Test("a store that was let go of can be opened for writing, and is one file")
  func atRest() throws {
    for count in [5, 10, 15] {
      do {
        let store =
          count == 5 ? try run.begin(in: folder) : try RunStore.open(folder, forWriting: true)
        try store.append((count - 5..<count).map(run.outcome))
      }
      let names = try FileManager.default.contentsOfDirectory(atPath: folder)
      #expect(Set(names) == ["run.sqlite", "run.lock"])
    }
    let before = FileManager.default.contents(atPath: folder + "/run.sqlite")
    #expect(
      try StoreContent(RunStore.open(folder, forWriting: false)) == StoreContent(run, first: 15))
    #expect(FileManager.default.contents(atPath: folder + "/run.sqlite") == before)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder).count == 2)
  }

  @Test("of numbers gives them back to the bit, and says of which kind it is")
  func numbers() throws {
    let images = (0..<3).map { RecordedImage(index: $0, path: FilePath("\($0).png"), sha256: "") }
    let arrays = [[0.1, -.pi, .leastNonzeroMagnitude], [.nan, 1e300]]
    do {
      let store = try RunStore.create(
        in: folder, kind: "fields", description: run.description, images: images)
      try store.append([
        ImageOutcome(imageIndex: 0, result: .numbers(arrays)),
        ImageOutcome(imageIndex: 1, result: .failed("1.png: is empty")),
      ])
      #expect(
        recordingError { try store.append([.init(imageIndex: 0, result: .numbers([]))]) } != nil)
    }
    let store = try RunStore.open(folder, forWriting: false)
    #expect(try store.kind() == "fields" && store.pendingImages() == [1, 2])
    var found: [Int: [[UInt64]]] = [:]
    try store.forEachMeasurement(counts: [3, 2]) {
      found[$0.index] = $1.map { $0.map(\.bitPattern) }
    }
    #expect(found == [0: arrays.map { $0.map(\.bitPattern) }, 1: []])
    for counts in [[3], [3, 3], [3, 2, 1]] {
      let error = recordingError { try store.forEachMeasurement(counts: counts) { _, _ in } }
      #expect(error?.description.contains("table measurement, photograph 0") == true, "\(counts)")
    }
  }
}
