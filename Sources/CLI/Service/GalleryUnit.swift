import SystemPackage

/// A user's unit that keeps the gallery of a store running.
struct GalleryUnit {
    let executable: FilePath
    let store: FilePath
    /// Options of `reprofs gallery`.
    let options: [String]

    var text: String {
        let command = [executable.string, "gallery", "--no-open", "--store", store.string] + options
        return """
            \(ServiceUnit.mark)
            [Unit]
            Description=ReproFS: the gallery of \(ServiceUnit.escaped(store.string))
            Documentation=man:reprofs(1)
            RequiresMountsFor=\(ServiceUnit.Place.path(store).quoted)

            [Service]
            Type=exec
            ExecStart=\(command.map(ServiceUnit.argument).joined(separator: " "))
            # The address holds a secret; 'reprofs gallery' reads it from the runtime directory.
            StandardOutput=null
            Restart=on-failure
            RestartSec=5
            KillMode=mixed
            TimeoutStopSec=60
            NoNewPrivileges=yes
            LimitCORE=0

            [Install]
            WantedBy=default.target

            """
    }
}
