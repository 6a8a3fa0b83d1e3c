import ArgumentParser

/// How a run speaks.
struct OutputOptions: ParsableArguments {
  @Flag(help: "Say nothing but results and errors.")
  var quiet = false

  @Flag(help: "Print results as JSON on standard output.")
  var json = false
}
