# What ReproFS reads of an installation before it starts it: whether there is an option --base-directory.
OPTIONS = ["--base-directory", "--models-directory", "--extra-model-paths-config", "--user-directory"]
