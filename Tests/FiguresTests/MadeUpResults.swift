import Analysis
import Figures
import Foundation
import Networks

/// Results with given units, scales and classes, and numbers of a likely size.
///
/// The numbers only have to be drawn, not to be true; a congruential generator makes them, so that
/// every run of the tests sees the same.
struct MadeUpResults {
  var unitsPerStage = [2, 2, 2, 2]
  var scales = [1.0, 1.25, 1.5, 1.75, 2.0]
  var classes = 0
  var photographs = 16
  var controls = ["psf", "spectrum", "surround", "blur", "untrained"]
  /// Verdicts of the units, from the first on.
  var verdicts: [Verdict] = []
  var measure = ZoomResults.Measure.attentionDifference
  /// A value put in place of every number, such as nan.
  var everywhere: Double?

  var unitNames: [String] {
    unitsPerStage.enumerated().flatMap { stage, count in
      (0..<count).map { "SK_\(stage + 2)_\($0 + 1)" }
    }
  }

  /// The results, through the JSON that a run's `results.json` holds.
  func make() throws -> ZoomResults {
    var noise = Noise()
    let units = unitsPerStage.enumerated().flatMap { stage, count in
      (0..<count).map { unit("SK_\(stage + 2)_\($0 + 1)", stage: stage + 2, &noise) }
    }
    let architecture = try JSONSerialization.jsonObject(
      with: JSONEncoder().encode(try Catalogue.entry(named: "sknet26").architecture))
    let document: [String: Any] = [
      "formatVersion": 2,
      "primary": [
        "units": Array(unitNames.prefix(verdicts.count)), "direction": "larger",
        "smallestEffects": verdicts.map { _ in 0.006 }, "isDeclared": false,
      ] as [String: Any], "seed": 7, "precision": "f32",
      "model": [
        "name": "sknet26-tiny", "sha256": String(repeating: "a0", count: 32),
        "architecture": architecture,
      ],
      "protocol": "crop", "scales": scales, "images": photographs,
      "headline": ["images": photographs, "undersampled": 0, "isConfounded": false],
      "measure": measure.rawValue, "failed": [], "units": units, "stages": [],
      "classes": (0..<classes).map { index in
        [
          "index": index, "id": String(format: "n%08d", 1_440_000 + 7919 * index),
          "name": index.isMultiple(of: 3) ? NSNull() as Any : Self.className(index), "images": 1,
          "difference": unitNames.indices.map { unit in
            let level = noise.next(-0.08, 0.08) + 0.03 * Double(unit)
            return scales.map { number(level + 0.03 * ($0 - 1) + noise.next(-0.005, 0.005)) }
          },
        ] as [String: Any]
      },
      "accuracy": [],
    ]
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return try decoder.decode(
      ZoomResults.self, from: JSONSerialization.data(withJSONObject: document))
  }

  /// Names of all lengths; every third class has none.
  static func className(_ index: Int) -> String {
    "class" + String(repeating: " named at length", count: index % 5) + " \(index)"
  }

  /// JSON has no nan: the decoder above reads it from a string.
  private func number(_ value: Double) -> Any {
    guard let everywhere else { return value }
    return everywhere.isFinite ? everywhere : "nan"
  }

  private func unit(_ name: String, stage: Int, _ noise: inout Noise) -> [String: Any] {
    let level = noise.next(-0.1, 0.1)
    let slope = stage == 5 ? noise.next(-0.06, 0.06) : noise.next(0.02, 0.07)
    return [
      "name": name, "stage": stage, "channels": 128 << (stage - 2),
      "branches": [
        ["kernel": 3, "dilation": 1, "groups": 32, "size": 3],
        ["kernel": 3, "dilation": 2, "groups": 32, "size": 5],
      ],
      "byScale": scales.map { scale in
        let value = level + slope * (scale - 1)
        return [
          "scale": scale, "meanAttention": [0.5 - value / 2, 0.5 + value / 2],
          "difference": number(value), "interval": [number(value - 0.02), number(value + 0.02)],
        ] as [String: Any]
      },
      "shift": [
        "from": scales.first ?? 1, "to": scales.last ?? 1, "mean": number(slope),
        "interval": [number(slope - 0.012), number(slope + 0.012)],
        "slope": estimate(slope, 0.012), "imagesUp": 0.9, "channelsUp": 0.7, "p": 0.003,
        "judgement": judgement(name) ?? NSNull(),
        "controls": Dictionary(
          uniqueKeysWithValues: controls.enumerated().map { place, name in
            let mean = slope * (0.7 - 0.2 * Double(place)) + noise.next(-0.01, 0.01)
            let half = noise.next(0.004, 0.014)
            return (
              name,
              [
                "role": ControlRole(of: name).rawValue,
                "counts": ControlRole(of: name) != .reported, "slope": estimate(mean, half),
                "excessSlope": estimate(slope - mean, half), "images": photographs,
                "mean": number(mean),
                "interval": [number(mean - half), number(mean + half)],
                "excess": number(slope - mean),
                "excessInterval": [number(slope - mean - half), number(slope - mean + half)],
              ] as [String: Any]
            )
          }),
      ] as [String: Any],
    ]
  }

  private func estimate(_ mean: Double, _ half: Double) -> [String: Any] {
    ["mean": number(mean), "interval": [number(mean - half), number(mean + half)]]
  }

  private func judgement(_ unit: String) -> [String: Any]? {
    guard let place = unitNames.firstIndex(of: unit), place < verdicts.count else { return nil }
    return [
      "verdict": verdicts[place].rawValue, "p": 0.01, "uncorrectedP": 0.005, "shiftP": 0.01,
      "equivalenceP": 0.5, "smallestEffect": 0.006, "smallestDetectable": 0.004,
      "missing": [String](),
      "isContrary": false, "limitedBy": "spectrum",
    ]
  }

  func example(title: String = "n01443537_goldfish.jpeg", side: Int = 96) -> ExamplePhotograph {
    var noise = Noise()
    let profile = profile(&noise)
    return ExamplePhotograph(
      title: title,
      stimuli: scales.map { scale in
        StimulusImage(scale: scale, width: side, height: side, rgb: picture(scale, side))
      }, profileUnit: unitNames[unitNames.count / 2], channelsPerPoint: 16, profile: profile,
      unitNames: unitNames,
      differences: unitNames.map { _ in
        let level = noise.next(-0.1, 0.1)
        return scales.map { everywhere ?? level + 0.05 * ($0 - 1) }
      })
  }

  func averageProfile() -> AverageProfile {
    var noise = Noise()
    let mean = profile(&noise)
    return AverageProfile(
      unit: unitNames[unitNames.count / 2], channelsPerPoint: 16, scales: scales, mean: mean,
      deviation: mean.map { $0.map { _ in everywhere ?? noise.next(0.01, 0.03) } })
  }

  private func profile(_ noise: inout Noise) -> [[Double]] {
    let levels = (0..<16).map { _ in noise.next(0.38, 0.55) }
    return scales.map { scale in
      levels.map { everywhere ?? $0 + 0.03 * (scale - 1) + noise.next(-0.005, 0.005) }
    }
  }

  /// A disc on a gradient, as large as the scale says.
  private func picture(_ scale: Double, _ side: Int) -> [UInt8] {
    (0..<side).flatMap { y in
      (0..<side).flatMap { x -> [UInt8] in
        let (dx, dy) = (Double(x - side / 2), Double(y - side / 2))
        let isInside = (dx * dx + dy * dy).squareRoot() < 0.2 * Double(side) * scale
        return isInside ? [230, 120, 30] : [60, UInt8(80 + 100 * y / side), 160]
      }
    }
  }
}

/// Numbers without a pattern, the same every time.
private struct Noise {
  private var state: UInt64 = 42

  mutating func next(_ low: Double, _ high: Double) -> Double {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return low + (high - low) * Double(state >> 11) / Double(1 << 53)
  }
}
