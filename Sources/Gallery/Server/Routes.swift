import HTTPTypes
import Hummingbird
import Recipe
import Store

/// What a request comes with, besides itself.
struct GalleryContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// The port of whoever asks.
    let peer: Int?

    init(source: Source) {
        coreContext = .init(source: source)
        peer = source.channel.remoteAddress?.port
    }
}

/// Everything that the gallery answers. A page is one file in `Pages`, and its lines here.
struct Routes {
    let pool: StorePool
    /// Whole files and small pictures, which may take long, keep no page waiting.
    let pictures: StorePool
    /// Comparisons of weights and sheets read for seconds, and keep no picture waiting.
    let slow: StorePool
    let feed: Feed
    /// Nil where no ComfyUI was named, or nothing may be changed.
    let runs: RunQueue?
    let allowsChanges: Bool
    let mounts: StoreHealth.Mounts

    func add(to router: Router<GalleryContext>) {
        let pool = pool
        router.get("static/:name") { request, context in
            guard let asset = context.parameters.get("name").flatMap({ Asset.all[$0] }) else {
                throw Problem.nothingHere
            }
            return await request.answer(asset.tag) { Response(bytes: asset.bytes, type: asset.type) }
        }
        router.get("events") { [feed, runs] request, _ in
            try feed.stream(after: request.headers[.lastEventID] ?? request.parameter("after"), runs: runs)
        }
        LibraryPage.add(to: router, pool, pictures: pictures, feed)
        ImagePage.add(to: router, pool, pictures: pictures, allowsChanges: allowsChanges)
        ModelsPage.add(to: router, pool)
        ComparePage.add(to: router, pool, slow: slow)
        LineagePage.add(to: router, pool)
        HealthPage.add(to: router, pictures, mounts)
        RunPages.add(to: router, pool, feed, runs)
        if let runs { RunPage.add(to: router, slow: slow, feed, runs) }
        guard allowsChanges else { return }
        ImagePins.add(to: router, pool)
        RequestPages.add(to: router, pool, runs)
    }
}
