import Analysis
import Engine
import Foundation
import Networks
import Observing

/// What stands in one photograph's attention's place.
struct LesionSources {
  private let material: LesionObserver.Material
  private let index: Int
  /// The photograph's own attention.
  private let own: LesionPopulation.Attention
  /// That of the photograph which `shuffled` takes from; empty without one.
  private let shuffled: LesionPopulation.Attention
  private let frozen: Int
  private let reverse: Int
  private let mean: [[Float]]
  /// `[place of the scale][unit]`; empty where nobody asks.
  private var meanShifts: [[[Double]]] = []
  /// Whose attention `matched` takes, `[place][unit]` among the pool; nil for the own one; empty where nobody asks.
  private var donors: [[Int?]] = []

  /// - Parameters:
  ///   - own: The photograph's own attention.
  ///   - index: The photograph's.
  ///   - shuffled: Another's; empty without one.
  ///   - material: What the conditions need.
  /// - Throws: If a condition needs other photographs and this one is none of those that were counted.
  init(
    own: LesionPopulation.Attention, of index: Int, shuffled: LesionPopulation.Attention,
    material: LesionObserver.Material
  ) throws {
    self.material = material
    self.index = index
    self.own = own
    self.shuffled = shuffled
    frozen = material.scales.firstIndex(of: material.frozenScale) ?? 0
    reverse = material.scales.firstIndex(of: material.reverseScale) ?? 0
    let population = material.population
    func asks(_ replacements: LesionCondition.Replacement...) -> Bool {
      material.conditions.contains { replacements.contains($0.replacement) }
    }
    let isMember = population.members.contains(index)
    if let needy = material.conditions.first(where: \.takesFromOthers), !isMember {
      throw ExperimentError.failure(
        "could not be used when the others' attention was measured, of which '\(needy.lesion)' takes"
      )
    }
    mean = asks(.mean) ? population.mean(without: material.excludesOwn ? own : nil) : []
    if asks(.meanShift, .pictureSpecific) {
      let frozen = frozen
      meanShifts = own.indices.map {
        population.meanShift(from: frozen, to: $0, without: own)
      }
    }
    if asks(.matched) {
      donors = own.indices.map { place in own[place].indices.map { donor(for: $0, at: place) } }
    }
  }

  /// What replaces the attention of a condition's units at one scale.
  struct Replaced {
    /// By unit, in the order of the condition's.
    var interventions: [Intervention]
    /// How far the attention is moved: root mean square, each unit counting alike.
    var dose: Double
    /// How far the own attention is from that which `frozen` keeps; at that scale, from that which `reverse` keeps.
    var ownMove: Double
  }

  /// What a condition does at the scale of a place.
  ///
  /// - Throws: If there is nothing to take from.
  func replaced(by condition: LesionCondition, at place: Int) throws -> Replaced {
    let interventions = try condition.units.map { unit in
      try intervention(condition.replacement, unit: unit, place: place)
    }
    return Replaced(
      interventions: interventions,
      dose: Self.rootMean(
        zip(condition.units, interventions).map { unit, intervention in
          let weights = weights(of: intervention, in: own[place][unit])
          return AttentionGeometry.meanSquare(weights, own[place][unit])
        }),
      ownMove: ownMove(of: condition.units, at: place == frozen ? reverse : place))
  }

  private func ownMove(of units: [Int], at place: Int) -> Double {
    Self.rootMean(
      units.map { AttentionGeometry.meanSquare(own[place][$0], own[frozen][$0]) })
  }

  private static func rootMean(_ squares: [Double]) -> Double {
    (squares.reduce(0, +) / Double(max(squares.count, 1))).squareRoot()
  }

  /// The weights that an intervention puts in an attention's place.
  private func weights(of intervention: Intervention, in attention: [Float]) -> [Float] {
    let width = attention.count / material.branches
    switch intervention {
    case .weights(let values): return values
    case .uniform:
      return [Float](repeating: 1 / Float(material.branches), count: attention.count)
    case .branch(let branch): return attention.indices.map { $0 / width == branch ? 1 : 0 }
    case .swapped:
      return attention.indices.map {
        attention[attention.count - width - $0 / width * width + $0 % width]
      }
    }
  }

  /// The photograph whose attention in a unit is as far from the own one as that is from what `frozen` keeps, by the
  /// ratio of both; nil where the own one has not moved, and so stays.
  private func donor(for unit: Int, at place: Int) -> Int? {
    let move = ownMove(of: [unit], at: place)
    guard move > 0 else { return nil }
    let pool = material.population.pool
    let others = pool.indices.filter { pool[$0].index != index }
    let nearest = others.map { donor in
      let square = AttentionGeometry.meanSquare(
        pool[donor].attention[place][unit], own[place][unit])
      return (donor: donor, ratio: abs(log(square.squareRoot() / move)))
    }.filter { $0.ratio.isFinite }.min { ($0.ratio, $0.donor) < ($1.ratio, $1.donor) }
    return nearest?.donor ?? others.first
  }

  private func intervention(
    _ replacement: LesionCondition.Replacement, unit: Int, place: Int
  ) throws -> Intervention {
    func nearest(_ weights: [Double]) -> Intervention {
      .weights(
        AttentionGeometry.nearest(to: weights, branches: material.branches, gate: material.gate))
    }
    switch replacement {
    case .branch(let branch): return .branch(branch)
    case .uniform: return .uniform
    case .swapped: return .swapped
    case .mean: return .weights(mean[unit])
    case .frozen: return .weights(own[frozen][unit])
    case .reverse: return .weights(own[reverse][unit])
    case .scale(let scale):
      return .weights(own[material.scales.firstIndex(of: scale) ?? place][unit])
    case .matched:
      let donor = donors[place][unit].map { material.population.pool[$0].attention }
      return .weights((donor ?? own)[place][unit])
    case .meanShift:
      return nearest(zip(own[frozen][unit], meanShifts[place][unit]).map { Double($0) + $1 })
    case .pictureSpecific:
      return nearest(zip(own[place][unit], meanShifts[place][unit]).map { Double($0) - $1 })
    case .shuffled:
      guard shuffled.indices.contains(place) else {
        throw ExperimentError.failure(
          "no other photograph could be read to take the attention 'shuffled' from")
      }
      return .weights(shuffled[place][unit])
    }
  }
}

extension LesionCondition {
  /// Whether it takes from other photographs.
  var takesFromOthers: Bool {
    switch replacement {
    case .mean, .shuffled, .matched, .meanShift, .pictureSpecific: true
    case .branch, .uniform, .swapped, .frozen, .reverse, .scale: false
    }
  }
}
