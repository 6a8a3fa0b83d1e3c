import Foundation

/// Makes the process one whose work no signal, closed descriptor or small limit ends without a word.
enum ProcessSetup {
  /// To be called before anything is opened.
  static func perform() {
    occupyStandardDescriptors()
    // Writing then fails with an error that names the file, or only costs a message.
    signal(SIGPIPE, SIG_IGN)
    signal(SIGXFSZ, SIG_IGN)
    Signals.install()
    allowDescriptors()
    requireDescriptors()
  }

  /// Gives standard input, output and error something to stand for where they are closed.
  ///
  /// A file that was opened in their place would get what is printed. They are opened the wrong way
  /// round, so that printing to a closed descriptor stays an error.
  private static func occupyStandardDescriptors() {
    for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO]
    where fcntl(descriptor, F_GETFD) < 0 && errno == EBADF {
      let mode = descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY
      // The lowest number that is free is taken, which is this one.
      guard open("/dev/null", mode) == descriptor else { exit(EXIT_FAILURE) }
    }
  }

  /// Takes as many descriptors as the process may: every worker holds a file open.
  private static func allowDescriptors() {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0,
      limit.rlim_cur < limit.rlim_max
    else { return }
    limit.rlim_cur = limit.rlim_max
    setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
  }

  /// Ends the process where a store, a photograph and what the libraries open for themselves, which some do
  /// or crash, do not go together.
  private static func requireDescriptors() {
    let needed = 12
    let opened = (0..<needed).map { _ in open("/dev/null", O_RDONLY | O_CLOEXEC) }
    for descriptor in opened where descriptor >= 0 { close(descriptor) }
    guard opened.contains(-1) else { return }
    let line =
      "Error: \(needed) files have to be opened at once, more than the system lets (ulimit -n)\n"
    _ = line.withCString { write(STDERR_FILENO, $0, strlen($0)) }
    exit(EXIT_FAILURE)
  }
}
