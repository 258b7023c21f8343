import CFuse
import Logging
import SystemPackage

/// Runs one operation and replies: the only place that turns a failure into an errno, and the only one that logs it.
func answer(_ request: fuse_req_t?, _ operation: String, _ body: (Mount) throws(Failure) -> Reply) {
    guard let request, let data = fuse_req_userdata(request) else { return }
    let mount = Mount.of(data)
    do throws(Failure) {
        let reply = try body(mount)
        reply.send(request, owner: mount.owner)
    } catch {
        if error.isNoteworthy { mount.logger.error("\(operation): \(error.message) (\(error.errno))") }
        fuse_reply_err(request, error.errno.rawValue)
    }
}
