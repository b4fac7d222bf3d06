"""How fast pamkit is beside its peers: the benchmarks of docs/speed.md.

`python -m bench.speed` runs them, writes `bench/results/NAME.json` for each and then docs/speed.md;
`python -m bench.speed --quick NAME ...` runs some, with short rounds; `python -m bench.speed.page`
only writes the page from the results that are there.

A benchmark is one file in `bench/speed/benchmarks/`, and is found by being there.  The file is
named as its result and holds ``BENCHMARK = Benchmark(...)`` (see `bench.speed.benchmark`): its
heading, how it is measured, its account in words, its plots, and the ratios it is judged by.
``measure`` gets an `Effort` (how many rounds, how long a sample) and yields a `Row` for each
figure, or the sentence that says what was left out and why.

A result file is what `bench.speed.results` writes::

    {
      "benchmark": "transaction",
      "machine": {"cpu": "...", "cores": 2, "kernel": "...", "python": "3.11.7",
                  "libpam": "1.5.2-6+deb12u1", "date": "2026-01-31", ...},
      "effort": {"rounds": 15, "seconds": 0.05},
      "left_out": ["pamela: it is not installed"],
      "rows": [
        {"group": "private policy", "name": "4 lines", "at": 4, "unit": "us", "peer": "C",
         "median": 48.1, "min": 46.9, "rounds": 15, "n": 1000},
        ...
      ]
    }

``group`` is a table of the page and ``name`` a line of it; ``peer`` is a column (the benchmark's
``yardstick`` names the one that ratios are taken to).  The three together are said once only.
``at`` is where on the x axis of a plot the figure stands, or null.  ``median`` and ``min`` are in
``unit`` (`us`, `ms`, `s`, `KiB`, `MiB`, `/s`, `instructions` ...), over ``rounds`` samples of ``n``
operations each.  Names of hosts, users and directories of the machine stay out of all of it.

A figure is only worth its neighbours: peers that are compared are measured by
`bench.speed.rounds.interleaved`, which takes A, B, C, A, B, C.
"""
