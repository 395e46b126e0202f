import sys

print("the other sitecustomize runs, as", __name__, "of", __file__.split("/")[-2])
sys.path.append("/appended/by/the/other")
