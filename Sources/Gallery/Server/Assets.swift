import HTTPTypes
import Hummingbird
import Recipe

/// The style sheet and the modules, which are part of the program: it is one file, and asks no network.
struct Asset: Sendable {
    let name: String
    let type: String
    let bytes: [UInt8]
    /// Tells the browser whether it has these bytes.
    let tag: String

    private init(_ name: String, _ bytes: [UInt8]) {
        self.name = name
        self.bytes = bytes
        type =
            if name.hasSuffix(".css") { "text/css; charset=utf-8" } else if name.hasSuffix(".svg") {
                "image/svg+xml"
            } else {
                "text/javascript; charset=utf-8"
            }
        tag = String(SHA256.digest(of: bytes).hex.prefix(32))
    }

    static let all: [String: Asset] = {
        let assets = [
            Asset("gallery.css", PackageResources.gallery_css), Asset("gallery.js", PackageResources.gallery_js),
            Asset("grid.js", PackageResources.grid_js), Asset("rail.js", PackageResources.rail_js),
            Asset("copy.js", PackageResources.copy_js), Asset("keys.js", PackageResources.keys_js),
            Asset("compare.js", PackageResources.compare_js), Asset("live.js", PackageResources.live_js),
            Asset("pages.js", PackageResources.pages_js), Asset("icon.svg", PackageResources.icon_svg),
            Asset("post.js", PackageResources.post_js), Asset("gone.js", PackageResources.gone_js),
            Asset("picks.js", PackageResources.picks_js), Asset("dialog.js", PackageResources.dialog_js),
            Asset("scale.js", PackageResources.scale_js),
            Asset("run.js", PackageResources.run_js), Asset("zoom.js", PackageResources.zoom_js),
        ]
        return Dictionary(uniqueKeysWithValues: assets.map { ($0.name, $0) })
    }()
}
