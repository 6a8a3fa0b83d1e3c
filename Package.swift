// swift-tools-version: 6.1
import PackageDescription

// MARK: System libraries (set up by `make setup`)

let systemLibraries: [Target] = [
  .systemLibrary(name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"])]),
  .systemLibrary(name: "CJPEG", pkgConfig: "libjpeg", providers: [.apt(["libjpeg62-turbo-dev"])]),
  .systemLibrary(name: "CExpat", pkgConfig: "expat", providers: [.apt(["libexpat1-dev"])]),
  .systemLibrary(name: "CCairo", pkgConfig: "cairo", providers: [.apt(["libcairo2-dev"])]),
  // Debian's oneDNN has no pkg-config file; naming one would print a warning on every build.
  .systemLibrary(name: "CDNNL", providers: [.apt(["libdnnl-dev"])]),
  .systemLibrary(name: "CZip", pkgConfig: "libzip", providers: [.apt(["libzip-dev"])]),
  .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
  // The flags in kissfft's pkg-config file are refused with a warning; its header's defaults are the same.
  .systemLibrary(name: "CKissFFT", providers: [.apt(["libkissfft-dev"])]),
]

/// Paths as bytes.
let system: Target.Dependency = .product(name: "SystemPackage", package: "swift-system")

// MARK: Layers, each leaning only on those above it

let layers: [Target] = [
  .target(name: "Memory"),
  .target(name: "Kernels"),
  .target(name: "Wording"),
  .target(name: "Randomness"),
  .target(name: "Networks", dependencies: ["Randomness", "Wording"]),
  .target(name: "Files", dependencies: ["Wording", system]),
  .target(
    name: "Checkpoints",
    dependencies: [
      "Memory", "Networks", "Files", system, "Wording", "CZip", "CCrypto",
      .product(name: "SwiftProtobuf", package: "swift-protobuf"),
    ],
    exclude: ["Caffe/caffe.proto", "ONNX/onnx.proto"],
    resources: [.embedInCode("Resources/imagenet-classes.txt")]),
  .target(name: "Pictures", dependencies: ["Files", system, "CPNG", "CJPEG"]),
  .target(
    name: "Stimuli",
    dependencies: ["Randomness", "Files", system, "Pictures", "Wording", "CExpat", "CKissFFT"]),
  .target(
    name: "TrainingData",
    dependencies: ["Randomness", "Networks", "Files", system, "Pictures", "Stimuli", "Wording"]),
  .target(
    name: "Engine", dependencies: ["Memory", "Networks", "Kernels", "Wording", "CDNNL"]),
  .target(
    name: "Training",
    dependencies: ["Memory", "Networks", "Kernels", "Engine", "Wording", "CDNNL"]),
  .target(
    name: "Recording",
    dependencies: [
      "Networks", "Files", system, "Wording", .product(name: "GRDB", package: "GRDB.swift"),
      .product(name: "GRDBSQLite", package: "GRDB.swift"),
    ]),
  .target(name: "Analysis", dependencies: ["Randomness", "Networks", "Files", "Wording"]),
  .target(
    name: "Figures", dependencies: ["CCairo", "Networks", "Files", "Analysis", "Wording"]),
  .target(
    name: "Observing",
    dependencies: [
      "Memory", "Networks", "Files", system, "Checkpoints", "Pictures", "Stimuli", "Engine",
      "TrainingData", "Recording", "Wording",
    ]),
  .target(
    name: "TrainingRuns",
    dependencies: [
      "Memory", "Networks", "Files", system, "Checkpoints", "Pictures", "Stimuli", "Engine",
      "Training", "TrainingData", "Recording", "Analysis", "Figures", "Observing", "Wording",
    ]),
  .target(
    name: "Experiments",
    dependencies: [
      "Randomness", "Observing", "TrainingRuns",
      "Memory", "Networks", "Files", system, "Checkpoints", "Pictures", "Stimuli", "Engine",
      "Recording", "Analysis", "Figures", "Training", "TrainingData", "Wording", "Yams",
    ],
    resources: [.copy("Resources/sknet26-tiny.safetensors")]),
  .target(
    name: "SelectiveKernels",
    dependencies: [
      "Networks", "Checkpoints", "Pictures", "Stimuli", "Engine", "Training", "TrainingData",
      "Recording", "Analysis", "Figures", "Observing", "TrainingRuns", "Experiments", system,
    ]),
  .target(name: "AllocationFailure"),
  .executableTarget(
    name: "sknet",
    dependencies: [
      "AllocationFailure", "Memory", "Networks", "Checkpoints", "Stimuli", "Recording", "Analysis",
      "Figures", "Observing", "TrainingRuns", "Experiments", "Files", system, "Wording",
      .product(name: "ArgumentParser", package: "swift-argument-parser"),
    ]),
]

// MARK: Tests

let tests: [Target] = [
  .target(
    name: "TestSupport", dependencies: ["Networks", "Checkpoints", "Files", system],
    path: "Tests/TestSupport"),
  .testTarget(name: "PackageTests", dependencies: ["TestSupport"]),
  .testTarget(name: "MemoryTests", dependencies: ["Memory", "TestSupport"]),
  .testTarget(name: "WordingTests", dependencies: ["Wording"]),
  .testTarget(name: "FilesTests", dependencies: ["Files", system, "TestSupport"]),
  .testTarget(name: "NetworksTests", dependencies: ["Networks", "TestSupport"]),
  .testTarget(
    name: "CheckpointsTests",
    dependencies: [
      "Randomness", "Networks", "Checkpoints", "TestSupport",
      .product(name: "SwiftProtobuf", package: "swift-protobuf"),
    ]),
  .testTarget(
    name: "PicturesTests", dependencies: ["Randomness", system, "Pictures", "TestSupport"]),
  .testTarget(
    name: "StimuliTests",
    dependencies: ["Randomness", "Files", "Pictures", "Stimuli", "TestSupport", system]),
  .testTarget(
    name: "TrainingDataTests",
    dependencies: [
      "Randomness", "Networks", "Pictures", "Stimuli", "TrainingData", system, "TestSupport",
    ]),
  .testTarget(name: "KernelsTests", dependencies: ["Networks", "Kernels", "TestSupport"]),
  .testTarget(
    name: "EngineTests",
    dependencies: [
      "AllocationFailure", "Memory", "Networks", "Engine", "Checkpoints", "TestSupport",
    ],
    exclude: ["onnx_operations.py", "onnx_outputs.py"]),
  .testTarget(
    name: "TrainingTests",
    dependencies: ["Memory", "Networks", "Kernels", "Training", "Engine", "TestSupport"]),
  .executableTarget(
    name: "RecordingCrashWriter", dependencies: ["Recording", system],
    path: "Tests/RecordingCrashWriter"),
  .testTarget(
    name: "RecordingTests",
    dependencies: [
      "Recording", "RecordingCrashWriter", "TestSupport", system,
      .product(name: "GRDB", package: "GRDB.swift"),
    ]),
  .executableTarget(
    name: "robustness",
    dependencies: ["Randomness", .product(name: "GRDB", package: "GRDB.swift")],
    path: "Tests/Robustness"),
  .testTarget(name: "AnalysisTests", dependencies: ["Networks", "Analysis", "TestSupport"]),
  .testTarget(
    name: "FiguresTests",
    dependencies: ["Networks", "Analysis", "Figures", "Checkpoints", "TestSupport"]),
  .testTarget(
    name: "ExperimentsTests",
    dependencies: [
      "Randomness", "SelectiveKernels", "sknet", "Networks", "Checkpoints", "Pictures", system,
      "TestSupport",
      .product(name: "GRDB", package: "GRDB.swift"),
    ]),
]

// `make docs` alone needs the documentation plugin; nobody else fetches it.
let documentation: [Package.Dependency] =
  Context.environment["SKNET_DOCS"] == nil
  ? [] : [.package(url: "https://github.com/swiftlang/swift-docc-plugin", from: "1.5.0")]

let package = Package(
  name: "SelectiveKernels",
  products: [
    .library(name: "SelectiveKernels", targets: ["SelectiveKernels"]),
    .executable(name: "sknet", targets: ["sknet"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
    .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
  ] + documentation,
  targets: systemLibraries + layers + tests,
  swiftLanguageModes: [.v6],
  cxxLanguageStandard: .cxx17
)
