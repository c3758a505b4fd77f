"""The part that pyproject.toml cannot say: a wheel that brings libramus.so fits one platform, whatever the Python."""

import pathlib

from setuptools import Distribution, setup

try:
    from setuptools.command.bdist_wheel import bdist_wheel
except ImportError:  # before setuptools 70.1
    from wheel.bdist_wheel import bdist_wheel

brings_library = any(pathlib.Path(__file__).parent.glob("ramus/lib/**/libramus.so.0"))


class Ramus(Distribution):
    def has_ext_modules(self):
        return brings_library


class Wheel(bdist_wheel):
    def get_tag(self):
        _, _, platform = super().get_tag()
        return "py3", "none", platform


setup(distclass=Ramus, cmdclass={"bdist_wheel": Wheel})
