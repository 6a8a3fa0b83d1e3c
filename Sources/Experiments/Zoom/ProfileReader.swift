import Analysis
import Checkpoints
import Figures
import Files
import Foundation
import Recording

/// What figure 3 needs beyond the results: attention along the channels.
struct ProfileReader {
  let examples: [ExamplePhotograph]
  let average: AverageProfile

  init(_ run: RecordedZoom) throws {
    let scales = run.specification.stimuli.scales
    let measure = BranchMeasure(branches: run.architecture.branches)
    let unit = Self.profileUnit(run)
    let branches = run.description.branchCount
    let kept = ExampleStimuli(runFolder: run.folder)
    let shown = Set(run.specification.examples)
    let shownScales = Self.shownScales(scales)
    // They are kept when all is recorded, but for those that could be used at the beginning.
    let isFinished = try run.store.unfinished() == nil
    var moments = ProfileMoments(scales: scales.count)
    var examples: [ExamplePhotograph] = []
    let channelsPerPoint = max(
      1, run.description.unitChannels[unit] / UnitRow.mostPoints)
    try run.forEachImage(reading: .profiles) { image, stimuli in
      let zooms = stimuli.filter { $0.control == nil }.sorted { $0.scale < $1.scale }
      guard image.error == nil else { return }
      let profiles = zooms.map { zoom -> [Double] in
        let values = zoom.units[unit].profile.map(Double.init)
        let points = values.count / branches
        return Array(values[measure.larger * points..<(measure.larger + 1) * points])
      }
      moments.add(profiles)
      guard shown.contains(image.index),
        isFinished || kept.has(image.index, scales: shownScales)
      else { return }
      examples.append(
        ExamplePhotograph(
          title: Self.title(image),
          stimuli: try kept.images(
            image.index, scales: shownScales, size: run.specification.stimuli.size),
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
  private static func profileUnit(_ run: RecordedZoom) -> Int {
    let names = run.description.unitNames
    return names.lastIndex { $0.hasPrefix("SK_3_") } ?? names.count - 1
  }

  /// The smallest scale, the middle one and the largest.
  private static func shownScales(_ scales: [Double]) -> [Double] {
    scales.count <= 3 ? scales : [scales[0], scales[scales.count / 2], scales[scales.count - 1]]
  }

  /// The class's name, and the file's unless it says the same.
  private static func title(_ image: RecordedImage) -> String {
    var path = image.path
    path.extension = nil
    let file = path.lastComponent?.text ?? ""
    guard let id = image.classID else { return file }
    let words =
      file.hasPrefix(id + "_")
      ? String(file.dropFirst(id.count + 1)).replacing("_", with: " ") : file
    guard let name = ImageNetClasses.name(of: id), name.lowercased() != words.lowercased() else {
      return words
    }
    return "\(name), \(words)"
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
