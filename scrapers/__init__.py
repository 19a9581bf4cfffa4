"""The first wing: may we, fetch, archive, collect what lies elsewhere."""
