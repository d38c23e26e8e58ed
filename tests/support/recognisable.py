"""Secrets that are found again wherever they are told."""
import base64

TOKEN = "recognisable-token-4711"
VALUE = "recognisable-value-4712"
PASSWORD = "recognisable-password-4713"


def secret(ns):
    return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s", "namespace": ns}, "stringData": {"p": VALUE}}


def told_in(text) -> list:
    """Which of them TEXT tells."""
    return [word for word in (TOKEN, VALUE, PASSWORD, base64.b64encode(VALUE.encode()).decode()) if word in text]
