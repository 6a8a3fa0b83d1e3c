import Analysis
import Engine
import Figures
import Foundation
import Recording

/// All figures of a recorded run.
struct FigureSet {
  private let folder: String
  private let results: Results
  private let figures: [any Figure]

  init(run: RecordedRun, results: Results) throws {
    folder = run.folder
    self.results = results
    let profiles = try ProfileReader(run)
    figures = [
      Figure3Examples(examples: profiles.examples, results: results),
      Figure3Average(results: results, profile: profiles.average), Figure4(results: results),
      ShiftOverDepth(results: results),
    ]
  }

  /// Writes figures into the run's folder.
  ///
  /// - Parameters:
  ///   - formats: File formats to write.
  ///   - name: One figure's name; nil for all.
  /// - Returns: The files' paths.
  /// - Throws: `ExperimentError.usage` for an unknown name.
  func write(formats: [FigureFormat], only name: String?) throws -> [String] {
    let chosen = figures.filter { name == nil || $0.name == name }
    guard !chosen.isEmpty else {
      let known = figures.map(\.name).joined(separator: ", ")
      throw ExperimentError.usage("unknown figure '\(name ?? "")'; known: \(known)")
    }
    let place = (folder as NSString).appendingPathComponent(RunFiles.figures)
    do {
      try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
    } catch {
      throw ExperimentError.failure("\(place): the folder cannot be made")
    }
    let drawings = chosen.flatMap { figure in formats.map { (figure: figure, format: $0) } }
    return try Self.together(drawings.count) { item in
      let (figure, format) = drawings[item]
      let path = "\(place)/\(figure.name).\(format.rawValue)"
      try figure.write(toFile: path, format: format)
      return path
    }
  }

  /// Draws on all cores.
  private static func together<Drawn: Sendable>(
    _ count: Int, draw: @escaping @Sendable (Int) throws -> Drawn
  ) throws -> [Drawn] {
    var drawn: [Drawn] = []
    try mapInOrder(
      count: count, workers: Machine.workers(nil), makeState: {},
      transform: { _, item in
        try draw(item)
      },
      consume: { _, one in
        drawn.append(one)
        return true
      })
    return drawn
  }

  /// Writes `report.html` with everything in it.
  func writeReport() throws -> String {
    let titles = [
      "figure-3ab": "Single photographs", "figure-3c": "All photographs", "figure-4": "Classes",
      "shift-over-depth": "Shift over depth, beside its controls",
    ]
    let drawn = try Self.together(figures.count) { [figures] item in
      (
        title: titles[figures[item].name] ?? figures[item].name,
        svg: String(decoding: try figures[item].data(format: .svg), as: UTF8.self)
      )
    }
    let report = Report(results: results, table: ResultsTable(results).text, figures: drawn)
    let path = (folder as NSString).appendingPathComponent(RunFiles.report)
    try TextFile.write(report.html, toFile: path)
    return path
  }
}

/// What figure 3 needs beyond the results: attention along the channels.
struct ProfileReader {
  let examples: [ExamplePhotograph]
  let average: AverageProfile

  init(_ run: RecordedRun) throws {
    let scales = run.specification.stimuli.scales
    let measure = BranchMeasure(branches: run.architecture.branches)
    let unit = Self.profileUnit(run)
    let branches = run.description.branchCount
    let kept = ExampleStimuli(runFolder: run.folder)
    let shown = Set(run.specification.examples)
    let shownScales = Self.shownScales(scales)
    var moments = ProfileMoments(scales: scales.count)
    var examples: [ExamplePhotograph] = []
    let channelsPerPoint = max(
      1, run.description.unitChannels[unit] / AttentionProfile.points)
    try run.store.forEachImage(reading: .profiles) { image, stimuli in
      let zooms = stimuli.filter { $0.control == nil }.sorted { $0.scale < $1.scale }
      guard image.error == nil, zooms.count == scales.count else { return }
      let profiles = zooms.map { zoom -> [Double] in
        let values = zoom.units[unit].profile.map(Double.init)
        let points = values.count / branches
        return Array(values[measure.larger * points..<(measure.larger + 1) * points])
      }
      moments.add(profiles)
      guard shown.contains(image.index) else { return }
      examples.append(
        ExamplePhotograph(
          title: Self.title(image), stimuli: try kept.images(image.index, scales: shownScales),
          profileUnit: run.description.unitNames[unit], channelsPerPoint: channelsPerPoint,
          profile: shownScales.map { profiles[scales.firstIndex(of: $0) ?? 0] },
          unitNames: run.description.unitNames,
          differences: run.description.unitNames.indices.map { unit in
            shownScales.map { scale in
              measure.value(of: zooms[scales.firstIndex(of: scale) ?? 0].units[unit].means)
            }
          }))
    }
    self.examples = examples
    average = AverageProfile(
      unit: run.description.unitNames[unit], channelsPerPoint: channelsPerPoint, scales: scales,
      mean: moments.mean, deviation: moments.deviation)
  }

  /// The last unit of the second stage, the paper's SK_3_4, or else the last that was recorded.
  private static func profileUnit(_ run: RecordedRun) -> Int {
    let names = run.description.unitNames
    return names.lastIndex { $0.hasPrefix("SK_3_") } ?? names.count - 1
  }

  /// The smallest scale, the middle one and the largest.
  private static func shownScales(_ scales: [Double]) -> [Double] {
    scales.count <= 3 ? scales : [scales[0], scales[scales.count / 2], scales[scales.count - 1]]
  }

  /// The file's name without class id and extension, as words.
  private static func title(_ image: RecordedImage) -> String {
    let file = ((image.path as NSString).lastPathComponent as NSString).deletingPathExtension
    guard let id = image.classID, file.hasPrefix(id + "_") else { return file }
    return String(file.dropFirst(id.count + 1)).replacing("_", with: " ")
  }
}

/// Mean and standard deviation of profiles over photographs, one photograph in memory at a time.
private struct ProfileMoments {
  private var count = 0.0
  private(set) var mean: [[Double]]
  private var squares: [[Double]]

  init(scales: Int) {
    mean = Array(repeating: [], count: scales)
    squares = mean
  }

  /// Welford's update.
  mutating func add(_ profiles: [[Double]]) {
    count += 1
    for (s, profile) in profiles.enumerated() {
      if mean[s].isEmpty {
        mean[s] = Array(repeating: 0, count: profile.count)
        squares[s] = mean[s]
      }
      for p in profile.indices {
        let change = profile[p] - mean[s][p]
        mean[s][p] += change / count
        squares[s][p] += change * (profile[p] - mean[s][p])
      }
    }
  }

  var deviation: [[Double]] {
    squares.map { $0.map { ($0 / max(count - 1, 1)).squareRoot() } }
  }
}
