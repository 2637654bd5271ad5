"""What is told about things that went wrong."""

__all__ = ["assert_one_sentence"]


def assert_one_sentence(text):
    assert text
    assert "\n" not in text
    assert "Traceback" not in text
    assert "internal error" not in text
