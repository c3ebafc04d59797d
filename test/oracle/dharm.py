"""Runs DiagnoseHarmonisation's pipeline on exported CSVs (argv: features, covariates, output folder); prints what it wrote.

The pipeline is called as `DHarm run` calls it: the command itself, in 1.1.7, stops before it (it asks argparse for a
`data_id_col` that it never declared).
"""
import contextlib
import csv
import json
import os
import sys
from importlib.metadata import version
from pathlib import Path

os.environ.setdefault("MPLBACKEND", "Agg")
features, covariates, folder = sys.argv[1:4]
with contextlib.redirect_stdout(sys.stderr):
    from DiagnoseHarmonisation.cli import run_pipeline_from_cli

    run_pipeline_from_cli(
        data_path=features, cov_path=covariates, batch_col_index=2, outdir=folder, report_name="dharm", save_data=True, save_data_name="dharm",
    )


def rows(name):
    (path,) = Path(folder).rglob(name)
    with open(path, newline="") as file:
        return {row[0]: [float(value) for value in row[1:]] for row in list(csv.reader(file))[1:]}


print(json.dumps({
    "version": version("DiagnoseHarmonisation"),
    "reports": len(list(Path(folder).glob("*.html"))),
    "cohensD": rows("Cohens_D.csv"),
    "ks": rows("KS_Test.csv"),
    "varianceRatio": rows("Variance_Ratios_Raw.csv"),
    "mahalanobis": rows("Mahalanobis_Distance.csv"),
}))
