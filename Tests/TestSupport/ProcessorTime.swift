import Foundation

/// The processor time that a body takes on its own thread.
///
/// What a reader takes of a hostile file is judged by this, as tests run side by side and a machine may
/// be busy: the wall's time says how busy.
///
/// - Parameter body: What is measured; whatever it hands to other threads does not count.
/// - Returns: The time, and what the body returned.
/// - Throws: What the body throws.
public func processorTime<T>(_ body: () throws -> T) rethrows -> (Duration, T) {
  let begin = threadTime()
  let value = try body()
  return (threadTime() - begin, value)
}

private func threadTime() -> Duration {
  var time = timespec()
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
  return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
}
