import json
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import outsample.io.report as report_module
from outsample.io import ImportReport, RejectReason, open_files
from outsample.io.report import RejectLog

Chain = Callable[..., pd.DataFrame]
Write = Callable[..., Path]


@pytest.fixture
def report(chain: Chain, write: Write) -> ImportReport:
    frame = pd.concat([chain(), chain(base="ETH").head(4), chain().head(2)]).astype(object)
    frame.iloc[5, frame.columns.get_loc("strike")] = -1
    return open_files(write(frame.to_csv(index=False), "chain.csv")).report


def test_the_report_adds_up(report: ImportReport):
    assert report.rows_read == report.rows_kept + report.rows_rejected + sum(report.left_out.values())
    assert report.rows_rejected == 3 == len(report.rejects)
    assert report.left_out == {"ETH": 4}


def test_json_holds_everything(report: ImportReport):
    text = report.to_json()
    assert ImportReport.from_json(text) == report
    document = json.loads(text)
    assert document["vendor"] == "deribit"
    assert document["rejected"]["strike not above 0"] == 1
    assert {"source": "strike", "canonical": "strike", "unit": "quote currency"} in document["mapping"]


def test_the_file_is_named_with_its_content(chain: Chain, write: Write):
    path = write(chain().to_csv(index=False), "chain.csv")
    (file,) = open_files(path).report.files
    assert (file.name, file.size) == ("chain.csv", path.stat().st_size)
    assert file.sha256 == sha256(path.read_bytes()).hexdigest()


def test_sentences_tell_a_person_what_happened(report: ImportReport):
    text = "\n".join(report.sentences())
    for phrase in (
        "Kept 83, rejected 3, left out 4.",
        "Rejected, strike not above 0: 1 row.",
        "Left out, ETH: 4 rows.",
        "implied_volatility as mark_vol",
        "Self-check:",
    ):
        assert phrase in text, text
    assert all(sentence.endswith(".") for sentence in report.sentences())


def test_rejects_are_capped_but_counted(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(report_module, "MAXIMUM_REJECTS", 5)
    log = RejectLog()
    log.add(RejectReason.STRIKE, "a.csv", np.arange(1, 8), lambda i: f"strike={-i}")
    log.add(RejectReason.EXPIRED, "a.csv", np.arange(1, 4), lambda i: "")
    assert log.counts == {"strike not above 0": 7, "expiry not after the quote": 3}
    assert [reject.row for reject in log.kept] == [1, 2, 3, 4, 5]
    assert log.kept[4].text == "strike=-4"
