// swift-tools-version:6.2
import PackageDescription

/// Every target: Swift 6 mode, warnings are errors, and the upcoming features that make leaks between layers visible.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .treatAllWarnings(as: .error),
]

let grdb: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")
let sqlite: Target.Dependency = .product(name: "GRDBSQLite", package: "GRDB.swift")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let system: Target.Dependency = .product(name: "SystemPackage", package: "swift-system")
let nio: [Target.Dependency] = ["NIOCore", "NIOPosix", "NIOHTTP1", "NIOWebSocket"].map {
    .product(name: $0, package: "swift-nio")
}
let tls: Target.Dependency = .product(name: "NIOSSL", package: "swift-nio-ssl")
let http: Target.Dependency = .product(name: "AsyncHTTPClient", package: "async-http-client")
let server: [Target.Dependency] = ["Hummingbird", "HummingbirdCore"].map { .product(name: $0, package: "hummingbird") }
let lifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let arguments: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")

let package = Package(
    name: "ReproFS",
    products: [
        .executable(name: "reprofs", targets: ["CLI"]),
        .executable(name: "reprofs-backing", targets: ["BackingHelper"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.0"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird.git", from: "2.28.1", traits: []),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        .systemLibrary(name: "CFuse", pkgConfig: "fuse3", providers: [.apt(["libfuse3-dev"])]),
        .systemLibrary(name: "CLinux"),
        .systemLibrary(name: "COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CBrotli", pkgConfig: "libbrotlidec", providers: [.apt(["libbrotli-dev"])]),
        .systemLibrary(name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"])]),
        .systemLibrary(name: "CWebP", pkgConfig: "libwebp", providers: [.apt(["libwebp-dev"])]),
        .systemLibrary(name: "CJPEG", pkgConfig: "libjpeg", providers: [.apt(["libjpeg-dev"])]),
        .systemLibrary(name: "CXML", pkgConfig: "libxml-2.0", providers: [.apt(["libxml2-dev"])]),
        .systemLibrary(name: "CDeflate", pkgConfig: "libdeflate", providers: [.apt(["libdeflate-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
        .target(
            name: "Recipe", dependencies: ["CBrotli", "COpenSSL", "CPNG", "CThumbnail", "CWebP", "CXML", "CZlib"],
            swiftSettings: strict),
        .executableTarget(name: "BackingHelper"),
        .target(name: "CBacking"),
        .target(name: "CLaunch"),
        .target(name: "CReader"),
        .target(name: "CThumbnail", dependencies: ["CJPEG", "CPNG", "CWebP"]),
        .target(
            name: "Store",
            dependencies: ["Recipe", "CDeflate", "CLinux", "CReader", "CThumbnail", "CZstd", grdb, sqlite, system],
            swiftSettings: strict),
        .target(
            name: "ReproFS", dependencies: ["CBacking", "CFuse", "Recipe", "Store", logging, system],
            swiftSettings: strict),
        .target(name: "Comfy", dependencies: ["CLaunch", "Recipe", http, tls, system] + nio, swiftSettings: strict),
        .target(
            name: "Remote",
            dependencies: [
                "Recipe", http, tls, system, .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: strict),
        .target(
            name: "Reach",
            dependencies: ["Recipe", "Remote", "Store", .product(name: "NIOCore", package: "swift-nio")],
            swiftSettings: strict),
        .target(
            name: "Reproduction", dependencies: ["Comfy", "Recipe", "Store", system], swiftSettings: strict),
        .target(
            name: "Gallery",
            dependencies: ["Comfy", "Recipe", "Reproduction", "Store", lifecycle, logging, system] + nio + server,
            resources: [.embedInCode("Web")],
            swiftSettings: strict),
        .executableTarget(
            name: "CLI",
            dependencies: [
                "CLinux", "Comfy", "Gallery", "Reach", "Recipe", "Remote", "Reproduction", "Store", "ReproFS",
                arguments, logging, system,
            ],
            swiftSettings: strict),
        .target(
            name: "Support",
            dependencies: ["Recipe", "Remote", "Store", "ReproFS", logging, system],
            path: "Tests/Support",
            swiftSettings: strict),
        .testTarget(name: "RecipeTests", dependencies: ["Recipe", "Support"], swiftSettings: strict),
        .testTarget(
            name: "RemoteTests",
            dependencies: [
                "Recipe", "Remote", "Support", system, .product(name: "NIOCore", package: "swift-nio"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "ReachTests",
            dependencies: [
                "Reach", "Recipe", "Remote", "Store", "Support", grdb, system,
                .product(name: "NIOCore", package: "swift-nio"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "StoreTests", dependencies: ["Store", "Recipe", "Support", "CThumbnail", "CWebP", grdb, system],
            swiftSettings: strict),
        .testTarget(
            name: "ReproFSTests", dependencies: ["ReproFS", "Store", "Recipe", "Support", grdb, system],
            swiftSettings: strict
        ),
        .testTarget(
            name: "GalleryTests",
            dependencies: ["Comfy", "Gallery", "Recipe", "Reproduction", "Store", "Support", logging, system],
            swiftSettings: strict),
        .testTarget(
            name: "CLITests",
            dependencies: ["CLI", "Comfy", "Recipe", "Reproduction", "Store", "Support", grdb, system],
            swiftSettings: strict),
    ]
)
