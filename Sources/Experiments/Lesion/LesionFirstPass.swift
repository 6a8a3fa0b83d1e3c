import Analysis
import Engine
import Observing
import Pictures
import Recording
import Wording

/// What lesions take from the other photographs.
struct FirstPass {
  /// The intact network's attention; empty if nobody asks.
  private(set) var population = LesionPopulation()
  /// The photograph that each usable one gets its attention from; empty if nobody asks, or only one
  /// can be used.
  private(set) var donors: [Int: Int] = [:]
  /// Why photographs cannot be used, by their index.
  private(set) var failures: [Int: String] = [:]
  private var usable: [Int] = []
  /// How many photographs can be used; nil if nobody asked.
  var usableCount: Int? { isNeeded ? usable.count : nil }
  private let isNeeded: Bool

  /// Whether any condition takes from other photographs.
  static func isNeeded(by conditions: [LesionCondition]) -> Bool {
    conditions.contains(where: \.takesFromOthers)
  }

  /// Shows photographs to the intact network, if any condition asks for what it selects.
  ///
  /// - Parameters:
  ///   - photographs: All of the run's.
  ///   - among: Indices of those that are shown.
  ///   - setting: What the workers share.
  ///   - conditions: Who asks.
  ///   - workers: Threads.
  ///   - seed: Of the photographs' order.
  ///   - progress: Told what takes its time.
  /// - Throws: If the engine fails.
  init(
    _ photographs: [ListedPhotograph], among: [Int], setting: PictureObserver.Setting,
    conditions: [LesionCondition], workers: Int, seed: UInt64,
    reporting progress: some RunProgress
  ) throws {
    isNeeded = Self.isNeeded(by: conditions)
    guard isNeeded else { return }
    progress.say("measuring the attention to \(counted(among.count, "photograph"))")
    let candidates =
      conditions.contains { $0.replacement == .matched }
      ? Set(among.evenlySpaced(LesionPopulation.mostDonors)) : []
    try mapInOrder(
      count: among.count, workers: workers, makeState: { try LesionObserver(setting) },
      transform: {
        observer, place -> Result<LesionPopulation.Attention, UnusablePicture> in
        try usingPicture { try observer.attention(photographs[among[place]]) }
      },
      consume: { place, outcome in
        let index = among[place]
        switch outcome {
        case .failure(let error): failures[index] = error.reason
        case .success(let attention):
          usable.append(index)
          population.add(attention, of: index, isCandidate: candidates.contains(index))
        }
        return true
      })
    guard usable.count > 1 else { return }
    let order = Derangement.cycle(count: usable.count, seed: seed)
    for (place, index) in usable.enumerated() { donors[index] = usable[order[place]] }
  }

  /// Sees to it that all that a run records takes from the same photographs.
  ///
  /// Where one that failed can be used by now, what was recorded without it is shown again.
  ///
  /// - Parameters:
  ///   - store: The run's.
  ///   - pending: Indices of the photographs that are still to be shown.
  ///   - progress: Told if all are shown again.
  /// - Returns: Indices of the photographs that are still to be shown now.
  /// - Throws: If one that others took from cannot be used any more.
  func agree(
    with store: RunStore, pending: [Int], reporting progress: some RunProgress
  ) throws -> [Int] {
    guard isNeeded else { return pending }
    let images = try store.images()
    let isAnyRecorded = try !store.recordedImages().subtracting(pending).isEmpty
    // Runs of the first version noted none.
    let noted = try store.sources()
    let before = noted.isEmpty ? Set(images.filter { $0.error == nil }.map(\.index)) : noted
    let now = Set(usable)
    if isAnyRecorded, let lost = before.subtracting(now).min() {
      throw ExperimentError.failure(
        "\(failures[lost] ?? images[lost].path.text) (others' lesions have taken from it;"
          + " --fresh starts over)")
    }
    let isOutdated = isAnyRecorded && now != before
    if isOutdated {
      progress.say(
        "\(counted(now.count - before.count, "photograph")) can be used that could not be: all are shown"
          + " again, since lesions take from each other's")
    }
    if noted != now { try store.note(sources: now, forgetting: isOutdated) }
    return try store.pendingImages()
  }
}
