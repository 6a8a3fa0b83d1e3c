import Foundation
import Networks
import Recording
import Wording

extension RunStore {
  /// The run's network, held against what else the run says of it; outputs of another length are then refused.
  ///
  /// - Throws: `RecordingError.damaged` if it is none, or not the one that the run was recorded with.
  func architecture(_ run: RunDescription) throws -> SelectiveNetwork {
    let architecture: SelectiveNetwork
    do {
      architecture = try JSONDecoder().decode(
        SelectiveNetwork.self, from: Data(run.architecture.utf8))
    } catch {
      let problem = jsonProblem(error)
      throw damaged(problem.hasPrefix("architecture") ? problem : "architecture: \(problem)")
    }
    guard run.branchCount == architecture.branches.count else {
      throw damaged(
        "\(run.branchCount) branches, where the architecture has \(architecture.branches.count)")
    }
    let units = architecture.units.filter(\.hasAttention)
    let places = Dictionary(uniqueKeysWithValues: units.enumerated().map { ($1.name, $0) })
    var last = -1
    for (name, channels) in zip(run.unitNames, run.unitChannels) {
      guard let place = places[name], place > last, units[place].width == channels else {
        throw damaged(
          "the unit '\(abbreviated(name))' of \(channels) channels, which the architecture has not,"
            + " or not there")
      }
      last = place
    }
    classCount = architecture.classes
    return architecture
  }

  /// An error in what the run says of itself.
  func damaged(_ problem: String) -> RecordingError {
    .damaged(folder: folder, reason: "table run, row 1: \(problem)")
  }

  /// Decodes a part of what the run says of itself.
  func decoded<Value>(_ name: String, _ decode: () throws -> Value) throws -> Value {
    do {
      return try decode()
    } catch {
      throw damaged("\(name): \(jsonProblem(error))")
    }
  }
}

extension ZoomSpecification {
  /// Refuses units that the network does not have.
  func check(_ architecture: SelectiveNetwork, of store: RunStore) throws {
    let known = Set(architecture.units.filter(\.hasAttention).map(\.name))
    guard !units.isEmpty, units.count <= known.count, Set(units).count == units.count,
      known.isSuperset(of: units)
    else {
      throw store.damaged("specification: its units are not the architecture's")
    }
  }
}
