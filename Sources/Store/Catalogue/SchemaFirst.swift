extension Schema {
    /// The tables of version 0.1.0.
    static let first = """
        CREATE TABLE meta (key TEXT PRIMARY KEY, value NOT NULL) WITHOUT ROWID;
        INSERT INTO meta VALUES ('needs', '0.1.0');

        -- Times are nanoseconds since 1970, sizes are bytes, digests are 32 bytes.
        CREATE TABLE blob (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            sha256 BLOB NOT NULL UNIQUE,
            size INTEGER NOT NULL,
            -- The ctime of the file in blobs/ when it was last known to be whole; NULL: the bytes are in document.
            changed INTEGER,
            damaged INTEGER NOT NULL DEFAULT 0
        );
        CREATE INDEX blobBySize ON blob (size);
        CREATE INDEX blobByAutoV2 ON blob (lower(hex(substr(sha256, 1, 5))));
        -- The hashes by which other tools know a model; read after the model was added.
        CREATE TABLE identity (
            blob INTEGER PRIMARY KEY REFERENCES blob(id),
            autoV1 TEXT,
            -- SHA-256 of a safetensors file's tensors, and of its table of them: both together are the weights.
            tensors BLOB,
            layout BLOB,
            crc32 TEXT,
            -- NULL until it was computed by b3sum, where that is installed.
            blake3 BLOB,
            -- The header of a safetensors file, as a document.
            header INTEGER REFERENCES blob(id)
        );
        CREATE INDEX identityByCRC32 ON identity (crc32);
        CREATE INDEX identityByBLAKE3 ON identity (blake3);
        CREATE INDEX identityByBLAKE3Name ON identity (lower(hex(blake3)));
        -- What a model's header says of itself: `sshs_model_hash`, `modelspec.title`, …; claims, not facts.
        CREATE TABLE claim (
            blob INTEGER NOT NULL REFERENCES blob(id),
            key TEXT NOT NULL,
            value TEXT NOT NULL,
            PRIMARY KEY (blob, key)
        ) WITHOUT ROWID;
        CREATE INDEX claimByValue ON claim (value);
        CREATE INDEX identityByAutoV1 ON identity (autoV1);
        CREATE INDEX identityByTensors ON identity (tensors);
        CREATE INDEX identityByAutoV3 ON identity (lower(hex(substr(tensors, 1, 6))));
        CREATE TABLE document (
            blob INTEGER PRIMARY KEY REFERENCES blob(id),
            zstd BLOB NOT NULL
        );

        -- Directories of by-name (under row 1) and of by-image (under row 2).
        -- Rows 3 and 4 stand for by-hash and by-snapshot, which have times but no directories of their own.
        CREATE TABLE directory (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            parent INTEGER REFERENCES directory(id),
            name TEXT NOT NULL,
            -- When its entries in by-image and in by-name changed last; never goes back.
            changed INTEGER NOT NULL,
            named INTEGER NOT NULL,
            UNIQUE (parent, name)
        );
        CREATE INDEX directoryByParent ON directory (parent, id);
        INSERT INTO directory VALUES (1, NULL, 'models', 0, 0), (2, NULL, 'by-image', 0, 0),
            (3, NULL, 'by-hash', 0, 0), (4, NULL, 'by-snapshot', 0, 0);

        CREATE TABLE model (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            directory INTEGER NOT NULL REFERENCES directory(id),
            name TEXT NOT NULL,
            versions INTEGER NOT NULL DEFAULT 0,
            -- What the name holds now; NULL: nothing.
            current INTEGER REFERENCES version(id),
            changed INTEGER NOT NULL,
            UNIQUE (directory, name)
        );
        CREATE INDEX modelByDirectory ON model (directory, id);
        CREATE TABLE version (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            model INTEGER NOT NULL REFERENCES model(id),
            number INTEGER NOT NULL,
            blob INTEGER NOT NULL REFERENCES blob(id),
            -- The modification time of the file that was added.
            modified INTEGER NOT NULL,
            recorded INTEGER NOT NULL,
            UNIQUE (model, number),
            UNIQUE (model, blob)
        );
        CREATE INDEX versionByModel ON version (model, id);
        CREATE INDEX versionByBlob ON version (blob);

        -- The live view: one row a node. The bytes of a file without a blob are in live/<id>; once it has one they never
        -- change again: whoever writes gets a new row under the name. Row 1 is the view itself.
        CREATE TABLE live (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            -- NULL: the name is gone, and the row waits for the last program that has the file open.
            parent INTEGER REFERENCES live(id),
            name TEXT NOT NULL,
            -- 0 a directory, 1 a file, 2 a symbolic link.
            kind INTEGER NOT NULL,
            mode INTEGER NOT NULL,
            -- NULL: whoever mounts.
            user INTEGER,
            team INTEGER,
            accessed INTEGER NOT NULL,
            modified INTEGER NOT NULL,
            changed INTEGER NOT NULL,
            blob INTEGER REFERENCES blob(id),
            -- Where the name is a model's.
            version INTEGER REFERENCES version(id),
            target TEXT,
            -- Who writes it, and the mount through which that is done.
            process INTEGER REFERENCES process(id),
            mount INTEGER,
            UNIQUE (parent, name)
        );
        CREATE INDEX liveByParent ON live (parent, id);
        CREATE INDEX liveByVersion ON live (version) WHERE version IS NOT NULL;
        CREATE INDEX liveByBlob ON live (blob) WHERE blob IS NOT NULL;
        CREATE INDEX liveDraft ON live (id) WHERE kind = 1 AND blob IS NULL;
        INSERT INTO live (id, parent, name, kind, mode, accessed, modified, changed) VALUES (1, NULL, 'models', 0, 493, 0, 0, 0);
        -- Names that a file lost after it was closed and before its bytes were published: each gets its version all the same.
        CREATE TABLE owed (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            live INTEGER NOT NULL REFERENCES live(id) ON DELETE CASCADE,
            path TEXT NOT NULL,
            cause TEXT NOT NULL,
            time INTEGER NOT NULL
        );
        CREATE INDEX owedByLive ON owed (live);
        -- What was live when: `since` is the earliest moment from which the bytes are known to have had the name.
        CREATE TABLE event (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            model INTEGER NOT NULL REFERENCES model(id),
            -- What the name holds from then on, and what it held before; NULL: nothing.
            version INTEGER REFERENCES version(id),
            previous INTEGER REFERENCES version(id),
            cause TEXT NOT NULL,
            process INTEGER REFERENCES process(id),
            since INTEGER NOT NULL,
            recorded INTEGER NOT NULL
        );
        CREATE INDEX eventByModel ON event (model, since, id);
        CREATE INDEX eventByTime ON event (since, id);

        CREATE TABLE image (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            sha256 BLOB NOT NULL UNIQUE,
            snapshot INTEGER REFERENCES snapshot(id),
            -- SHA-256 of the decoded pixels; NULL where they are not exact.
            pixels BLOB
        );
        CREATE INDEX imageByPixels ON image (pixels);
        -- The files that were read, so that what has not changed is not read again.
        CREATE TABLE imageFile (
            path TEXT PRIMARY KEY,
            size INTEGER NOT NULL,
            modified INTEGER NOT NULL,
            changed INTEGER NOT NULL,
            image INTEGER NOT NULL REFERENCES image(id)
        ) WITHOUT ROWID;
        -- What an image's snapshot would be better with: a model's name without suffix, in lower case, or a recorded hash.
        CREATE TABLE want (
            image INTEGER NOT NULL REFERENCES image(id),
            kind TEXT NOT NULL,
            value TEXT NOT NULL,
            PRIMARY KEY (value, kind, image)
        ) WITHOUT ROWID;
        CREATE INDEX wantByImage ON want (image);
        -- Images for which something that they wanted has come since.
        CREATE TABLE improvable (image INTEGER PRIMARY KEY REFERENCES image(id));
        CREATE TABLE imageRoot (
            directory INTEGER PRIMARY KEY REFERENCES directory(id),
            path TEXT NOT NULL UNIQUE
        );
        CREATE TABLE imageName (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            directory INTEGER NOT NULL REFERENCES directory(id),
            name TEXT NOT NULL,
            image INTEGER NOT NULL REFERENCES image(id),
            time INTEGER NOT NULL,
            -- 1 for the image that holds the name: the newest of those that had it.
            newest INTEGER NOT NULL,
            UNIQUE (directory, name, image)
        );
        CREATE UNIQUE INDEX imageNameNewest ON imageName (directory, name) WHERE newest;
        CREATE INDEX imageNameByDirectory ON imageName (directory, id) WHERE newest;
        CREATE INDEX imageNameByName ON imageName (name, time);
        CREATE INDEX imageNameByImage ON imageName (image, time);

        CREATE TABLE snapshot (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            sha256 BLOB NOT NULL UNIQUE,
            -- The name of its directory: the first 12 hex, more where an older snapshot begins with the same.
            short TEXT NOT NULL UNIQUE,
            image INTEGER NOT NULL REFERENCES image(id),
            parent INTEGER REFERENCES snapshot(id),
            document INTEGER NOT NULL REFERENCES blob(id),
            prompt INTEGER REFERENCES blob(id),
            workflow INTEGER REFERENCES blob(id),
            parameters INTEGER REFERENCES blob(id),
            records INTEGER REFERENCES blob(id),
            environment INTEGER REFERENCES blob(id),
            models INTEGER NOT NULL REFERENCES pinSet(id),
            inputs INTEGER NOT NULL REFERENCES pinSet(id),
            -- The node packs of the environment; NULL where none were captured.
            nodes INTEGER REFERENCES pinSet(id),
            recorded INTEGER NOT NULL
        );
        CREATE INDEX snapshotByImage ON snapshot (image);
        CREATE INDEX snapshotByModels ON snapshot (models);
        CREATE INDEX snapshotByInputs ON snapshot (inputs);
        -- Pinned trees; equal ones are stored once. Position 0 is the tree's root.
        CREATE TABLE pinSet (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            sha256 BLOB NOT NULL UNIQUE
        );
        CREATE TABLE pin (
            pinSet INTEGER NOT NULL REFERENCES pinSet(id),
            position INTEGER NOT NULL,
            parent INTEGER NOT NULL,
            name TEXT NOT NULL,
            blob INTEGER REFERENCES blob(id),
            version INTEGER,
            evidence TEXT,
            PRIMARY KEY (pinSet, position)
        ) WITHOUT ROWID;
        CREATE UNIQUE INDEX pinByName ON pin (pinSet, parent, name);
        CREATE INDEX pinByBlob ON pin (blob);

        -- What tools said of their runs, until the snapshots are made; failures counts the attempts.
        CREATE TABLE report (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            process TEXT,
            received INTEGER NOT NULL,
            failures INTEGER NOT NULL DEFAULT 0,
            size INTEGER NOT NULL,
            zstd BLOB NOT NULL
        );
        -- What reproductions came to.
        CREATE TABLE certificate (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            snapshot INTEGER NOT NULL REFERENCES snapshot(id),
            verdict TEXT NOT NULL,
            -- What stands for the bytes that were pinned.
            pins BLOB NOT NULL,
            time INTEGER NOT NULL,
            document INTEGER NOT NULL REFERENCES blob(id)
        );
        CREATE INDEX certificateBySnapshot ON certificate (snapshot);

        -- What active/models shows: the live view, or one pinned tree. Each switch is a generation.
        CREATE TABLE active (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            generation INTEGER NOT NULL,
            changed INTEGER NOT NULL,
            snapshot INTEGER REFERENCES snapshot(id),
            pinSet INTEGER REFERENCES pinSet(id)
        );
        INSERT INTO active VALUES (1, 0, 0, NULL, NULL);
        -- The mounts of this store, each with its process and the last generation that it has seen.
        CREATE TABLE mount (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            path TEXT NOT NULL,
            process TEXT NOT NULL,
            pid INTEGER NOT NULL,
            acknowledged INTEGER NOT NULL
        );

        -- Who opened which bytes under which name. A process is known by its boot, its number and its start, so that a
        -- number that comes again is another process.
        CREATE TABLE process (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            identity TEXT NOT NULL UNIQUE,
            pid INTEGER NOT NULL,
            started INTEGER NOT NULL,
            executable TEXT
        );
        CREATE TABLE load (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            process INTEGER NOT NULL REFERENCES process(id),
            view TEXT NOT NULL,
            folder TEXT NOT NULL,
            name TEXT NOT NULL,
            blob INTEGER NOT NULL REFERENCES blob(id),
            version INTEGER,
            -- The first and the last open in a row that found these bytes under this name, and how many there were.
            first INTEGER NOT NULL,
            last INTEGER NOT NULL,
            opens INTEGER NOT NULL
        );
        CREATE INDEX loadByName ON load (process, folder, name, first);
        CREATE INDEX loadByBlob ON load (blob);
        CREATE INDEX loadByModel ON load (name, first);

        -- Recipes and cards as served, made once, and again when they are not fresh: something their grade rests on changed.
        CREATE TABLE rendering (
            snapshot INTEGER NOT NULL REFERENCES snapshot(id),
            name TEXT NOT NULL,
            kind INTEGER NOT NULL,
            fresh INTEGER NOT NULL,
            rendered INTEGER NOT NULL,
            grade TEXT NOT NULL,
            size INTEGER NOT NULL,
            zstd BLOB NOT NULL,
            PRIMARY KEY (snapshot, name, kind)
        );
        """
}
