raise ValueError("the other sitecustomize fails")
