"""Evidence of record: WARC files, hash chain, custody log, statements and judgements."""
