import runpy, sys
sys.argv = ["raymarch", "--width=40"]
sys.path.insert(0, "../../../examples/raymarch")
runpy.run_path("../../../examples/raymarch", run_name="__main__")
# stdout:
#| ----------- distance fields ------------
#|
#|
#|
#|
#|
#|     %@@@@O#%XOo*-
#|    %#,,,,,,,:,*+,++++++++++
#| oooO,,,,,-*=,,,-,ooooooooo%@@#X*********
#| OOOo,,,,:+=;,:::,,,,,,;OxO%#%Xx*;: ooooo
#| XXXX=:,,,,::::,,,,:,,#@@#%Xx*+=:,:OOx+xx
#| %%%%%,,xOX%o,,,-:::=XoX%#####%%XXOx*+-,:
#| %%%%%%%%%%%%%%%%%XXXXXX=-=+***++=-;,,,::
#| ####%%%%%%%%%%%%%%%%%%XXXXXXXXX*==oXXOOO
#| #########%%%%%%%%%%%%%%%%%%XXXXXXXXXXXXX
#| #############%%%%%%%%%%%%%%%%%XXXXXXXXXX
#|  600 rays; most used: ' ' 244, '%' 86, 'X' 53 
