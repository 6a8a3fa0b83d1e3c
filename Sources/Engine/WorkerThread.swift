import CDNNL
import Foundation

/// Threads that are known to have started.
///
/// Foundation's `Thread` says nothing where the system refuses one, and whoever waits for it waits for ever.
package enum WorkerThread {
  private final class Work {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }

  /// Starts a thread with one OpenMP thread to its name.
  ///
  /// - Parameter body: What it does; the thread ends when it returns.
  /// - Throws: `EngineError.threads` if the system has none left.
  package static func start(_ body: @escaping @Sendable () -> Void) throws(EngineError) {
    var attributes = pthread_attr_t()
    var thread = pthread_t()
    pthread_attr_init(&attributes)
    defer { pthread_attr_destroy(&attributes) }
    pthread_attr_setstacksize(&attributes, 8 << 20)
    pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    let work = Unmanaged.passRetained(Work(body))
    let number = pthread_create(
      &thread, &attributes,
      { context in
        omp_set_num_threads(1)
        if let context { Unmanaged<Work>.fromOpaque(context).takeRetainedValue().body() }
        return nil
      }, work.toOpaque())
    guard number == 0 else {
      work.release()
      throw .threads(String(cString: strerror(number)))
    }
  }
}
