extension Schema {
    /// The library's tables, which answer without reading images one by one.
    static let eighth = """
        -- Where an image lies, for whoever shows it.
        CREATE INDEX imageFileByImage ON imageFile (image);

        -- Codes of the reasons for the grade; NULL where they were not noted.
        ALTER TABLE rendering ADD COLUMN reasons TEXT;

        -- Images whose rows in `libraryImage` may say something else than their snapshots. Who changes what a row rests on need not know
        -- of that: the triggers below note it, in the same transaction.
        CREATE TABLE libraryChange (image INTEGER PRIMARY KEY);

        -- One row for each image with a snapshot. Everything in it is told by other tables.
        CREATE TABLE libraryImage (
            -- The time at which it was made, with some digits of the image's number in place of those that nobody needs: a number of its
            -- own, in the order of time.
            place INTEGER PRIMARY KEY,
            image INTEGER NOT NULL UNIQUE,
            snapshot INTEGER NOT NULL,
            name TEXT NOT NULL,
            -- Of libraryFacet.
            folder INTEGER NOT NULL,
            time INTEGER NOT NULL,
            grade TEXT NOT NULL,
            reasons TEXT NOT NULL,
            media TEXT NOT NULL,
            width INTEGER,
            height INTEGER,
            proof TEXT NOT NULL,
            pinned INTEGER NOT NULL,
            -- The image that it is a variation or a reproduction of; NULL: it stands by itself. And the one that it folds under, which is
            -- the first of such a chain.
            subject INTEGER,
            base INTEGER,
            reproduction INTEGER NOT NULL,
            -- A snapshot that it would fold under, which is not there: its id or the name of its directory.
            awaited TEXT,
            -- Numbers of libraryFacet, four bytes each.
            facets BLOB NOT NULL
        );
        CREATE INDEX libraryByName ON libraryImage (name, place, base);
        CREATE INDEX libraryByBase ON libraryImage (base, place) WHERE base IS NOT NULL;
        CREATE INDEX libraryBySubject ON libraryImage (subject) WHERE subject IS NOT NULL;
        CREATE INDEX libraryAwaited ON libraryImage (awaited) WHERE awaited IS NOT NULL;

        -- Values of facets; row 1 is what every image has.
        CREATE TABLE libraryFacet (
            id INTEGER PRIMARY KEY,
            facet TEXT NOT NULL,
            value TEXT NOT NULL,
            UNIQUE (facet, value)
        );
        INSERT INTO libraryFacet VALUES (1, 'all', '');
        -- Which images have a value.
        CREATE TABLE libraryMember (
            facet INTEGER NOT NULL,
            place INTEGER NOT NULL,
            folded INTEGER NOT NULL,
            PRIMARY KEY (facet, place)
        ) WITHOUT ROWID;
        -- How many have it: those from one place to the next block's, a thousand at most, all of one month.
        CREATE TABLE libraryBlock (
            facet INTEGER NOT NULL,
            start INTEGER NOT NULL,
            month INTEGER NOT NULL,
            images INTEGER NOT NULL,
            folded INTEGER NOT NULL,
            PRIMARY KEY (facet, start)
        ) WITHOUT ROWID;
        CREATE VIRTUAL TABLE libraryWords USING fts5 (
            prompt, name, models, seeds, tokenize = "unicode61 remove_diacritics 2", columnsize = 0, detail = full
        );

        -- A statement's own way of meeting conflicts would be that of its triggers, so these ask first.
        CREATE TRIGGER libraryImageMade AFTER INSERT ON image WHEN NEW.snapshot IS NOT NULL BEGIN
            INSERT INTO libraryChange SELECT NEW.id WHERE NEW.id NOT IN (SELECT image FROM libraryChange);
        END;
        CREATE TRIGGER libraryImageChanged AFTER UPDATE OF snapshot ON image WHEN OLD.snapshot IS NOT NEW.snapshot BEGIN
            INSERT INTO libraryChange SELECT NEW.id WHERE NEW.id NOT IN (SELECT image FROM libraryChange);
        END;
        CREATE TRIGGER libraryImageGone AFTER DELETE ON image BEGIN
            INSERT INTO libraryChange SELECT OLD.id WHERE OLD.id NOT IN (SELECT image FROM libraryChange);
        END;
        CREATE TRIGGER librarySnapshotGone AFTER DELETE ON snapshot BEGIN
            INSERT INTO libraryChange SELECT image FROM libraryImage
            WHERE subject = OLD.image AND image NOT IN (SELECT image FROM libraryChange);
            INSERT INTO libraryChange SELECT OLD.image WHERE OLD.image NOT IN (SELECT image FROM libraryChange);
        END;
        CREATE TRIGGER libraryRecipeMade AFTER INSERT ON rendering WHEN NEW.kind = 0 BEGIN
            INSERT INTO libraryChange SELECT image FROM snapshot
            WHERE id = NEW.snapshot AND image NOT IN (SELECT image FROM libraryChange);
        END;
        CREATE TRIGGER libraryRecipeChanged AFTER UPDATE OF fresh, grade, reasons ON rendering
        WHEN NEW.kind = 0 AND (OLD.fresh <> NEW.fresh OR OLD.grade <> NEW.grade OR OLD.reasons IS NOT NEW.reasons) BEGIN
            INSERT INTO libraryChange SELECT image FROM snapshot
            WHERE id = NEW.snapshot AND image NOT IN (SELECT image FROM libraryChange);
        END;
        CREATE TRIGGER libraryNameMade AFTER INSERT ON imageName BEGIN
            INSERT INTO libraryChange SELECT NEW.image WHERE NEW.image NOT IN (SELECT image FROM libraryChange);
        END;
        CREATE TRIGGER libraryNameChanged AFTER UPDATE OF name, directory, time ON imageName
        WHEN OLD.time <> NEW.time OR OLD.name <> NEW.name OR OLD.directory <> NEW.directory BEGIN
            INSERT INTO libraryChange SELECT NEW.image WHERE NEW.image NOT IN (SELECT image FROM libraryChange);
        END;
        CREATE TRIGGER libraryNameGone AFTER DELETE ON imageName BEGIN
            INSERT INTO libraryChange SELECT OLD.image WHERE OLD.image NOT IN (SELECT image FROM libraryChange);
        END;
        CREATE TRIGGER libraryPinMade AFTER INSERT ON pinName BEGIN
            INSERT INTO libraryChange SELECT image FROM snapshot
            WHERE id = NEW.snapshot AND image NOT IN (SELECT image FROM libraryChange);
        END;
        CREATE TRIGGER libraryPinMoved AFTER UPDATE OF snapshot ON pinName BEGIN
            INSERT INTO libraryChange SELECT DISTINCT image FROM snapshot
            WHERE id IN (OLD.snapshot, NEW.snapshot) AND image NOT IN (SELECT image FROM libraryChange);
        END;
        CREATE TRIGGER libraryPinGone AFTER DELETE ON pinName BEGIN
            INSERT INTO libraryChange SELECT image FROM snapshot
            WHERE id = OLD.snapshot AND image NOT IN (SELECT image FROM libraryChange);
        END;
        -- Those that are there already come in pieces.
        INSERT INTO libraryChange SELECT id FROM image WHERE snapshot IS NOT NULL;
        """
}
