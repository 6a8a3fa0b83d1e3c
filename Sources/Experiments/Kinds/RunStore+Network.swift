import Foundation
import Networks
import Recording
import Wording

extension RunStore {
  /// The run's network, held against what else the run says of it; outputs of another length are then refused.
  ///
  /// - Parameters:
  ///   - run: What the run says of itself.
  ///   - specification: What was asked of it.
  /// - Returns: The network.
  /// - Throws: `RecordingError.damaged` if it is none, not the one that the run was recorded with, or has not the
  ///   units that were asked for.
  func architecture(
    _ run: RunDescription, for specification: ZoomSpecification
  ) throws -> SelectiveNetwork {
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
    let asked = specification.units
    guard !asked.isEmpty, Set(asked).count == asked.count, asked.allSatisfy({ places[$0] != nil })
    else {
      throw damaged("specification: its units are not the architecture's")
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
